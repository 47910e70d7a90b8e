/** `free-port`: prints a port of 127.0.0.1 that nobody listens on. */
import { createServer } from "node:net";

const server = createServer().listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" ? address?.port : "");
  server.close();
});
