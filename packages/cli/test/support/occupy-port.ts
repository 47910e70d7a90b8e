/** `occupy-port FILE`: listens on a free port, writes it to FILE, and ends when FILE is removed. */
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

const LOOK_MS = 50;

const [file = ""] = process.argv.slice(2);
const server = createServer().listen(0, "127.0.0.1", () => {
  const address = server.address();
  writeFileSync(file, typeof address === "object" ? String(address?.port) : "");
});
const looking = setInterval(() => {
  if (server.listening && !existsSync(file)) {
    clearInterval(looking);
    server.close();
  }
}, LOOK_MS);
