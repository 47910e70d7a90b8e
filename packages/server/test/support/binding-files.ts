/** Binding files made for a test, as the product writes them; the passwords are made up. */

export interface MadePort {
  readonly port: string;
  /** Undefined: left out, as the product does when it exports. */
  readonly password: string | undefined;
  readonly server?: string;
}

/** A file with one FTP send port for each of `ports`, in one BizTalk application. */
export function bindingFile(application: string, ports: readonly MadePort[]): Uint8Array {
  return Buffer.from(bindingText(application, ports));
}

export function bindingText(application: string, ports: readonly MadePort[]): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<BindingInfo Assembly="Microsoft.BizTalk.Deployment, Version=3.0.1.0" Version="3.5.1.0">
  <ModuleRefCollection>
    <ModuleRef Name="[Application:${application}]" Version="" Culture="" PublicKeyToken="" FullName="[Application:${application}], Version=, Culture=, PublicKeyToken=" />
  </ModuleRefCollection>
  <SendPortCollection>
${ports.map((port) => sendPort(application, port)).join("\n")}
  </SendPortCollection>
</BindingInfo>
`;
}

function sendPort(
  application: string,
  { port, password, server = "ftp.example.com" }: MadePort,
): string {
  const secret =
    password === undefined
      ? '<password vt="1" />'
      : `<password vt="8">${escaped(password)}</password>`;
  const properties =
    `<CustomProps><serverAddress vt="8">${escaped(server)}</serverAddress>` +
    `<serverPort vt="3">21</serverPort><passiveMode vt="11">0</passiveMode>` +
    `<userName vt="8">orders</userName>${secret}</CustomProps>`;
  return `    <SendPort Name="${escaped(port)}" IsStatic="true" IsTwoWay="false" BindingOption="0">
      <PrimaryTransport>
        <Address>ftp://${escaped(server)}</Address>
        <TransportType Name="FTP" Capabilities="80907" ConfigurationClsid="3979ffed-0067-4cc6-9f5a-859a5db6e9bb" />
        <TransportTypeData>${escaped(properties)}</TransportTypeData>
        <RetryCount>3</RetryCount>
        <SendHandler Name="BizTalkServerApplication" HostTrusted="false">
          <TransportType Name="FTP" Capabilities="80907" ConfigurationClsid="3979ffed-0067-4cc6-9f5a-859a5db6e9bb" />
        </SendHandler>
      </PrimaryTransport>
      <SecondaryTransport>
        <Address />
        <SendHandler xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" />
      </SecondaryTransport>
      <ApplicationName>${application}</ApplicationName>
    </SendPort>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
