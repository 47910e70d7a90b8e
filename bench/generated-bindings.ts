/** A binding file as BizTalk Server exports it, with as many send ports as are wanted. */

const APPLICATIONS = 20;

/** The text; half of the ports are FTP, the others WCF-Custom with a document in a document. */
export function generateBindings(ports: number): string {
  return [
    HEAD,
    ...Array.from({ length: ports }, (_, index) => sendPort(index)),
    "  </SendPortCollection>\n</BindingInfo>",
  ].join("");
}

const NAMESPACES =
  'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"';
const HEAD = `<?xml version="1.0" encoding="utf-8"?>
<BindingInfo ${NAMESPACES} Assembly="Microsoft.BizTalk.Deployment, Version=3.0.1.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35" Version="3.5.1.0" BindingStatus="NoBindings" BoundEndpoints="0" TotalEndpoints="0">
  <Timestamp>2026-01-01T00:00:00.0000000+00:00</Timestamp>
  <SendPortCollection>
`;
const SCHEDULE = `        <RetryCount>3</RetryCount>
        <RetryInterval>5</RetryInterval>
        <ServiceWindowEnabled>false</ServiceWindowEnabled>
        <FromTime>2000-01-01T23:00:00</FromTime>
        <ToTime>2000-01-01T22:59:59</ToTime>
`;

function sendPort(index: number): string {
  const name = `Send.${String(index).padStart(6, "0")}`;
  const adapter = index % 2 === 0 ? "FTP" : "WCF-Custom";
  const type = `<TransportType Name="${adapter}" Capabilities="80907" ConfigurationClsid="3979ffed-0067-4cc6-9f5a-859a5db6e9bb" />`;
  const properties = index % 2 === 0 ? ftp(index) : wcf(index);
  return `    <SendPort Name="${name}" IsStatic="true" IsTwoWay="false" BindingOption="0" AnalyticsEnabled="false">
      <Description>Sends orders of region ${String(index)}</Description>
      <TransmitPipeline Name="Microsoft.BizTalk.DefaultPipelines.PassThruTransmit" FullyQualifiedName="Microsoft.BizTalk.DefaultPipelines.PassThruTransmit, Microsoft.BizTalk.DefaultPipelines, Version=3.0.1.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35" Type="2" TrackingOption="ServiceStartEnd MessageSendReceive PipelineEvents" Description="" />
      <PrimaryTransport>
        <Address>net.tcp://orders-${String(index)}.example/submit</Address>
        ${type}
        <TransportTypeData>${escaped(`<CustomProps>${properties}</CustomProps>`)}</TransportTypeData>
${SCHEDULE}        <Primary>true</Primary>
        <OrderedDelivery>false</OrderedDelivery>
        <DeliveryNotification>1</DeliveryNotification>
        <SendHandler Name="BizTalkServerApplication" HostTrusted="false">
          ${type}
        </SendHandler>
      </PrimaryTransport>
      <SecondaryTransport>
        <Address />
${SCHEDULE}        <Primary>false</Primary>
        <OrderedDelivery>false</OrderedDelivery>
        <DeliveryNotification>1</DeliveryNotification>
        <SendHandler xsi:nil="true" />
      </SecondaryTransport>
      <ReceivePipelineData xsi:nil="true" />
      <Tracking>0</Tracking>
      <Filter />
      <Transforms />
      <OrderedDelivery>false</OrderedDelivery>
      <Priority>5</Priority>
      <StopSendingOnFailure>false</StopSendingOnFailure>
      <RouteFailedMessage>false</RouteFailedMessage>
      <ApplicationName>Contoso.Orders.${String(index % APPLICATIONS)}</ApplicationName>
    </SendPort>
`;
}

function ftp(index: number): string {
  const config =
    `<Config ${NAMESPACES}><uri>ftp://ftp-${String(index)}.example:21/in/%MessageID%.xml</uri>` +
    `<serverAddress>ftp-${String(index)}.example</serverAddress><serverPort>21</serverPort>` +
    `<userName>orders-${String(index)}</userName><password>made up &amp; ${String(index)}</password>` +
    "<ftpServerType>Detect</ftpServerType><targetFolder>in</targetFolder>" +
    "<representationType>binary</representationType><connectionLimit>0</connectionLimit>" +
    "<passiveMode>False</passiveMode><firewallType>NoFirewall</firewallType>" +
    "<firewallPort>21</firewallPort><useSsl>False</useSsl></Config>";
  return `<AdapterConfig vt="8">${escaped(config)}</AdapterConfig>`;
}

function wcf(index: number): string {
  const binding =
    `<binding name="customBinding" sendTimeout="00:01:00"><textMessageEncoding />` +
    `<httpsTransport maxReceivedMessageSize="2097152" authenticationScheme="Basic" /></binding>`;
  const address = `<identity><userPrincipalName>orders-${String(index)}@contoso.example</userPrincipalName></identity>`;
  return (
    `<BindingType vt="8">customBinding</BindingType>` +
    `<BindingConfiguration vt="8">${escaped(binding)}</BindingConfiguration>` +
    `<Identity vt="8">${escaped(address)}</Identity>` +
    `<UserName vt="8">orders-${String(index)}</UserName>` +
    `<Password vt="8">made up ${String(index)}</Password>` +
    `<AffiliateApplicationName vt="8" /><UseSSO vt="11">0</UseSSO>` +
    `<PropagateFaultMessage vt="11">-1</PropagateFaultMessage>` +
    `<InboundBodyLocation vt="8">UseBodyElement</InboundBodyLocation>` +
    `<OutboundXmlTemplate vt="8">${escaped(TEMPLATE)}</OutboundXmlTemplate>` +
    `<ProxyToUse vt="8">None</ProxyToUse><ProxyPassword vt="1" />`
  );
}

const TEMPLATE = '<bts-msg-body xmlns="http://www.microsoft.com/schemas/bts2007" encoding="xml"/>';

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
