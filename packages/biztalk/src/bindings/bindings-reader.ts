/** The outermost document of a binding file: ports, their transports, and what stands around. */
import { ImportProblem, type ImportFault } from "../import-problem.ts";
import { TRANSPORT_DATA_UNITS_MAX } from "../limits.ts";
import { PlaceFinder } from "../text-place.ts";
import type { EmbeddedText } from "../xml/embedded-text.ts";
import type { OpaqueKind, ScanHandler, Tag } from "../xml/scan.ts";
import type { BindingFile } from "./binding-file.ts";
import { readCustomProps } from "./custom-props.ts";
import { HandlerReferences } from "./handler-references.ts";
import { OtherSecrets } from "./other-secrets.ts";
import { transportsOf, type PortDraft, type TransportDraft } from "./port-draft.ts";
import type { PropsContext } from "./property-parts.ts";
import { secrecyOfComment, type SecretNames } from "./secret-names.ts";
import { commentSlot, isNil } from "./slots.ts";

/** An element that is open. */
interface Frame {
  readonly name: string;
  hasElements: boolean;
  /** The first thing in it that is neither text nor element. */
  opaque: { readonly kind: OpaqueKind; readonly start: number } | undefined;
}

const DATA = new Set(["TransportTypeData", "ReceiveLocationTransportTypeData"]);
const TRANSPORTS = new Set(["PrimaryTransport", "SecondaryTransport", "ReceiveLocation"]);

/** A DTD in a document that is not looked into: refused there too. */
const ESCAPED_DTD = /(?:<|&(?:amp;)*(?:lt|#60|#x3c);)!(?:DOCTYPE|ENTITY)/i;

export class BindingsReader implements ScanHandler {
  readonly #file: EmbeddedText;
  readonly #context: PropsContext;
  readonly #others: OtherSecrets;
  readonly #open: Frame[] = [];
  readonly #ports: PortDraft[] = [];
  readonly #applications = new Set<string>();
  readonly #handlers = new HandlerReferences();
  #port: PortDraft | undefined;
  #transport: TransportDraft | undefined;

  constructor(file: EmbeddedText, names: SecretNames) {
    this.#file = file;
    this.#others = new OtherSecrets(file, names);
    const places = new PlaceFinder(file.text);
    this.#context = { names, places, spelled: new Map(), otherSecrets: this.#others.slots };
  }

  finish(): BindingFile {
    return {
      transports: transportsOf(this.#ports, this.#applications),
      handlers: this.#handlers.all(),
      otherSecrets: this.#others.slots,
    };
  }

  open(tag: Tag): void {
    const parent = this.#open.at(-1);
    if (parent === undefined && tag.name !== "BindingInfo") {
      throw this.#problem(
        "not-supported",
        tag,
        `a binding file is <BindingInfo>, not <${tag.name}>`,
      );
    }
    if (parent !== undefined) {
      parent.hasElements = true;
      if (DATA.has(parent.name)) {
        const whose = this.#transport?.identifier ?? "a transport";
        throw this.#problem("not-supported", tag, `the configuration of ${whose} ${UNESCAPED}`);
      }
    }
    this.#open.push({ name: tag.name, hasElements: false, opaque: undefined });
    this.#begin(tag, parent?.name ?? "");
    this.#others.inAttributes(tag);
  }

  close(tag: Tag, contentEnd: number, end: number): void {
    const frame = this.#open.pop();
    const parent = this.#open.at(-1)?.name ?? "";
    if (frame === undefined) {
      return;
    }
    if (DATA.has(tag.name)) {
      this.#readData(tag, contentEnd, frame, parent);
    } else if (tag.name === "ApplicationName" && this.#port?.element === parent) {
      this.#readApplication(tag, contentEnd, frame, this.#port);
    } else if (!frame.hasElements) {
      this.#readOther(tag, contentEnd, end);
    }
    this.#end(tag);
  }

  opaque(kind: OpaqueKind, content: string, start: number, end: number): void {
    const frame = this.#open.at(-1);
    if (frame !== undefined) {
      frame.opaque ??= { kind, start };
    }
    if (kind !== "CDATA section" && secrecyOfComment(content) !== "none") {
      this.#others.slots.push(commentSlot(this.#file, kind, start, end));
    }
  }

  #begin(tag: Tag, parent: string): void {
    switch (tag.name) {
      case "SendPort":
      case "ReceivePort":
        if (tag.depth === 3 && parent === `${tag.name}Collection`) {
          this.#beginPort(tag, tag.name);
        }
        break;
      case "PrimaryTransport":
      case "SecondaryTransport":
        if (parent === "SendPort" && this.#port !== undefined) {
          const which = tag.name === "PrimaryTransport" ? "primary" : "secondary";
          this.#beginTransport(tag, this.#port, `send-port/${this.#port.name}/${which}`);
        }
        break;
      case "ReceiveLocation":
        if (parent === "ReceiveLocations" && this.#port !== undefined) {
          this.#beginTransport(tag, this.#port, `receive-location/${this.#nameOf(tag)}`);
        }
        break;
      case "TransportType":
      case "ReceiveLocationTransportType":
        this.#nameAdapter(tag, parent);
        break;
      case "SendHandler":
      case "ReceiveHandler":
        this.#handlers.begin(tag);
        break;
      case "ModuleRef":
        this.#nameApplication(tag);
        break;
      default:
    }
  }

  #beginPort(tag: Tag, element: PortDraft["element"]): void {
    const place = this.#context.places.at(tag.start);
    const port = {
      element,
      name: this.#nameOf(tag),
      place,
      application: undefined,
      transports: [],
    };
    this.#port = port;
    this.#ports.push(port);
  }

  #beginTransport(tag: Tag, port: PortDraft, identifier: string): void {
    const place = this.#context.places.at(tag.start);
    this.#transport = { identifier, place, adapter: undefined, properties: undefined };
    port.transports.push(this.#transport);
  }

  #nameAdapter(tag: Tag, parent: string): void {
    const name = tag.attributes["Name"] ?? "";
    if (name === "") {
      return;
    }
    if (TRANSPORTS.has(parent) && this.#transport !== undefined) {
      this.#transport.adapter = this.#nameOf(tag);
    } else {
      this.#handlers.nameAdapter(name);
    }
  }

  /** `[Application:NAME]` is the application whose bindings these are. */
  #nameApplication(tag: Tag): void {
    const [, application] = /^\[Application:(.+)\]$/.exec(tag.attributes["Name"] ?? "") ?? [];
    if (application !== undefined) {
      this.#applications.add(application);
    }
  }

  #end({ name }: Tag): void {
    if (TRANSPORTS.has(name)) {
      this.#transport = undefined;
    } else if (name === this.#port?.element && this.#open.length === 2) {
      this.#port = undefined;
    } else {
      this.#handlers.end(name);
    }
  }

  #readData(tag: Tag, contentEnd: number, frame: Frame, parent: string): void {
    const raw = this.#file.text.slice(tag.end, contentEnd);
    if (raw.trim() === "") {
      return;
    }
    const transport = this.#transport;
    if (transport === undefined || !TRANSPORTS.has(parent) || isNil(tag)) {
      throw this.#problem(
        "not-supported",
        tag,
        `<${tag.name}> is the configuration of a transport, and here is none`,
      );
    }
    if (transport.properties !== undefined) {
      throw this.#problem(
        "malformed",
        tag,
        `${transport.identifier} has two <${tag.name}>; keep one of them`,
      );
    }
    this.#assertPlain(tag, frame);
    if (raw.length > TRANSPORT_DATA_UNITS_MAX) {
      throw this.#problem(
        "too-large",
        tag,
        `the configuration of ${transport.identifier} is longer than ${TRANSPORT_DATA_UNITS_MAX} characters`,
      );
    }
    transport.properties = readCustomProps(this.#file.inner(tag.end, contentEnd), this.#context);
  }

  #readApplication(tag: Tag, contentEnd: number, frame: Frame, port: PortDraft): void {
    this.#assertPlain(tag, frame);
    const name = this.#file.inner(tag.end, contentEnd).text.trim();
    if (name === "" || isNil(tag)) {
      return;
    }
    if (port.application !== undefined) {
      throw this.#problem(
        "malformed",
        tag,
        `the ${port.element} ${port.name} has two ApplicationName; keep one of them`,
      );
    }
    this.#assertLine(tag, name);
    port.application = name;
  }

  #readOther(tag: Tag, contentEnd: number, end: number): void {
    const raw = this.#file.text.slice(tag.end, contentEnd);
    const dtd = raw.search(ESCAPED_DTD);
    if (dtd >= 0) {
      throw new ImportProblem(
        "not-supported",
        `<${tag.name}> holds a document type definition; remove it`,
        this.#file.placeOf(tag.end + dtd),
      );
    }
    this.#others.inContent(tag, contentEnd, end);
  }

  /** What is cut out and written back is character data, and nothing between it. */
  #assertPlain(tag: Tag, { hasElements, opaque }: Frame): void {
    if (opaque !== undefined) {
      throw new ImportProblem(
        "not-supported",
        `a ${opaque.kind} in <${tag.name}> is not taken; escape its content instead`,
        this.#file.placeOf(opaque.start),
      );
    }
    if (hasElements) {
      throw this.#problem(
        "not-supported",
        tag,
        `<${tag.name}> holds elements where text is expected`,
      );
    }
  }

  #nameOf(tag: Tag): string {
    const name = tag.attributes["Name"] ?? "";
    if (name === "") {
      throw this.#problem("malformed", tag, `<${tag.name}> has no Name; give it one`);
    }
    this.#assertLine(tag, name);
    return name;
  }

  /** Names become names of applications and items, which are lines. */
  #assertLine(tag: Tag, name: string): void {
    if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) {
      throw this.#problem(
        "not-supported",
        tag,
        "a name holds a control character or an end of line; rename it",
      );
    }
  }

  #problem(fault: ImportFault, tag: Tag, message: string): ImportProblem {
    return new ImportProblem(fault, message, this.#file.placeOf(tag.start));
  }
}

const UNESCAPED =
  "is not escaped, as in masters of deployment frameworks; import the file that is made from the master";
