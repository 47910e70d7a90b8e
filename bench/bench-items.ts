/** The application and the items of which requests ask. */

export const APPLICATION = "Orders";

/** Of the size of what a port of an integration server is configured with. */
export const NEW_APPLICATION = {
  name: APPLICATION,
  type: "config-store",
  enabled: true,
  fields: [
    { name: "address", type: "string" },
    { name: "userName", type: "string" },
    { name: "password", type: "string", masked: true },
    { name: "timeoutSeconds", type: "number" },
    { name: "isEnabled", type: "boolean" },
  ],
} as const;

export const NEW_TOKEN = { name: "bench", kind: "reader", applications: [APPLICATION] } as const;

export function identifierOf(index: number): string {
  return `receive-locations/orders/${String(index).padStart(6, "0")}`;
}

export function propertiesOf(index: number): Readonly<Record<string, string | number | boolean>> {
  return {
    address: `https://orders.example/receive/${String(index)}`,
    userName: "orders-reader",
    password: `not a secret: ${String(index)}`,
    timeoutSeconds: 30,
    isEnabled: true,
  };
}
