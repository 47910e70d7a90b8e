import * as os from "node:os";

/** Where and when the figures were taken. */
export interface Environment {
  /** As the caller gives it, `2026-11-24`. */
  readonly date: string;
  readonly node: string;
  readonly openssl: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Of the last minute, when the run began: above 0, the machine was not ours alone. */
  readonly loadAverage: number;
}

const GIB = 1024 ** 3;

export function environmentOn(date: string): Environment {
  const processors = os.cpus();
  return {
    date,
    node: process.versions.node,
    openssl: process.versions.openssl,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGib: Math.round((os.totalmem() / GIB) * 10) / 10,
    loadAverage: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}
