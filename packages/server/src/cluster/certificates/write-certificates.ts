// The library registers its parts with decorators, whose metadata this brings; it has to be first.
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  type JsonGeneralNames,
} from "@peculiar/x509";
import {
  caPublicKey,
  certificateSigningKey,
  concat,
  sha256,
  text,
  toHex,
  type SecretBytes,
  type SystemId,
  type Warrant,
} from "@chatelaine/crypto";
import { isIpAddress, parseHostPort } from "../../base/host-port.ts";
import { CERTIFICATE_LIFETIME_MS, CLOCK_SKEW_MS } from "./certificate-lifetime.ts";

/**
 * Writes the certificates of a system (RFC 5280). Loading this module costs some 80 ms, so it is
 * imported when the first certificate is to be issued, and by `SystemCertificates` alone.
 */

/** Id of the extension for name constraints (RFC 5280, 4.2.1.10). */
const NAME_CONSTRAINTS = "2.5.29.30";
/** RFC 5280, 4.2.1.2, leaves the method open: 160 bits of SHA-256, as RFC 7093 has it. */
const KEY_ID_BYTES = 20;
/** RFC 5280, 4.1.2.2, allows 20; the first bit has to be 0. */
const SERIAL_BYTES = 16;

/** The same in every copy, so that certificates made by different candidates are one CA's. */
const CA_NOT_BEFORE = new Date("2000-01-01T00:00:00Z");
/** What RFC 5280, 4.1.2.5, writes for a certificate without an end; the key in it can be replaced. */
const CA_NOT_AFTER = new Date("9999-12-31T23:59:59Z");

/** Signed with ECDSA over P-256 and SHA-256, whatever the library would choose by itself. */
const SIGNING = { signingAlgorithm: { name: "ECDSA", hash: "SHA-256" } } as const;

/**
 * The certificate of the system's certificate authority, DER. Its critical name constraint makes
 * any certificate with a URI of another system worthless, whoever signed it with this key. Each
 * call gives another signature, and otherwise the same.
 */
export async function makeCaCertificate(
  caKey: SecretBytes,
  systemId: SystemId,
): Promise<Uint8Array<ArrayBuffer>> {
  const publicKey = caPublicKey(caKey);
  const certificate = await X509CertificateGenerator.create({
    ...SIGNING,
    subject: caName(systemId),
    issuer: caName(systemId),
    serialNumber: serialOf(publicKey),
    notBefore: CA_NOT_BEFORE,
    notAfter: CA_NOT_AFTER,
    publicKey,
    signingKey: certificateSigningKey(caKey),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      new SubjectKeyIdentifierExtension(keyId(publicKey)),
      new Extension(NAME_CONSTRAINTS, true, onlyUrisOf(systemId)),
    ],
  });
  return new Uint8Array(certificate.rawData);
}

export interface CertificateRequest {
  /** PKCS#8, P-256; stays the caller's. */
  readonly caKey: SecretBytes;
  readonly systemId: SystemId;
  /** Whose TLS key is certified, under which id and names. */
  readonly warrant: Warrant;
  readonly nowMs: number;
  readonly lifetimeMs?: number;
}

/** DER: the node's certificate, then that of the CA. Throws `malformed` if the CA key is none. */
export async function issueCertificate(
  request: CertificateRequest,
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const { caKey, systemId, warrant, nowMs, lifetimeMs = CERTIFICATE_LIFETIME_MS } = request;
  const caCertificate = await makeCaCertificate(caKey, systemId);
  const leaf = await X509CertificateGenerator.create({
    ...SIGNING,
    subject: `CN=${warrant.nodeId}`,
    issuer: caName(systemId),
    serialNumber: serialOf(concat(warrant.tlsKey, text(String(nowMs)))),
    notBefore: new Date(nowMs - CLOCK_SKEW_MS),
    notAfter: new Date(nowMs + lifetimeMs),
    publicKey: concat(warrant.tlsKey),
    signingKey: certificateSigningKey(caKey),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(namesOf(systemId, warrant)),
      new SubjectKeyIdentifierExtension(keyId(warrant.tlsKey)),
      new AuthorityKeyIdentifierExtension(keyId(caPublicKey(caKey))),
    ],
  });
  return [new Uint8Array(leaf.rawData), caCertificate];
}

function caName(systemId: SystemId): string {
  return `CN=chatelaine ${systemId}`;
}

/** As in SPIFFE: one URI, whose host is the system. */
function namesOf(systemId: SystemId, warrant: Warrant): JsonGeneralNames {
  const addressed = warrant.addresses.flatMap((address) => parseHostPort(address)?.host ?? []);
  const hosts = new Set([...warrant.names, ...addressed]);
  return [
    { type: "url", value: `spiffe://${systemId}/node/${warrant.nodeId}` },
    ...[...hosts].map((value) => ({ type: isIpAddress(value) ? "ip" : "dns", value }) as const),
  ];
}

/**
 * NameConstraints with one permitted subtree, a URI (RFC 5280, 4.2.1.10): the constraint holds for
 * the host part, and without a leading dot it means this host alone.
 *
 *   SEQUENCE { [0] { SEQUENCE { [6] IA5String } } }
 */
function onlyUrisOf(systemId: SystemId): Uint8Array<ArrayBuffer> {
  return der(0x30, der(0xa0, der(0x30, der(0x86, text(systemId)))));
}

/** One element of DER with a length below 128. */
function der(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(tag, content.length), content);
}

function keyId(publicKey: Uint8Array): string {
  return toHex(sha256(publicKey).subarray(0, KEY_ID_BYTES));
}

/** Need not be a secret, only another one for another certificate. */
function serialOf(what: Uint8Array): string {
  const serial = sha256(what).subarray(0, SERIAL_BYTES);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40; // positive, and of full length
  return toHex(serial);
}
