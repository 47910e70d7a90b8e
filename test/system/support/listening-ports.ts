import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const LISTENING = "0A"; // TCP_LISTEN of the kernel

/** Ports on which this process listens, lowest first, as proc(5) tells. */
export function listeningPorts(pid: number): readonly number[] {
  const sockets = new Set(socketsOf(pid));
  const lines = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1),
  );
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTENING && sockets.has(fields[9] ?? ""))
    .map((fields) => parseInt(fields[1]?.split(":")[1] ?? "", 16))
    .sort((a, b) => a - b);
}

/** Inode numbers of its open sockets. */
function socketsOf(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const target = linkOf(`/proc/${pid}/fd/${fd}`);
    return /^socket:\[(\d+)\]$/.exec(target ?? "")?.[1] ?? [];
  });
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // closed since it was listed
  }
}
