/** Small binding files for tests, escaped as the product does it. */

export function escaped(text: string, times = 1): string {
  return times === 0
    ? text
    : escaped(
        text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
        times - 1,
      );
}

/** What is in `CustomProps`, where its documents are escaped once. */
export function sendPort(properties: string, name = "Port"): string {
  return `<SendPort Name="${name}"><PrimaryTransport><TransportType Name="FTP"/>
<TransportTypeData>${escaped(`<CustomProps>${properties}</CustomProps>`)}</TransportTypeData>
</PrimaryTransport><ApplicationName>App</ApplicationName></SendPort>`;
}

export function bindings(ports: string, before = ""): string {
  return `<BindingInfo xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${before}
<SendPortCollection>${ports}</SendPortCollection></BindingInfo>`;
}
