import type { Tag } from "../xml/scan.ts";
import type { HandlerReference } from "./binding-file.ts";

/** The hosts that a file names as handlers, each once; their configuration is not in the file. */
export class HandlerReferences {
  readonly #found = new Map<string, HandlerReference>();
  /** One whose element is open and whose adapter was not read. */
  #open: Omit<HandlerReference, "adapter"> | undefined;

  all(): readonly HandlerReference[] {
    return [...this.#found.values()];
  }

  begin(tag: Tag): void {
    const host = tag.attributes["Name"] ?? "";
    if (host !== "") {
      this.#open = { kind: tag.name === "SendHandler" ? "send" : "receive", host };
    }
  }

  /** Of the handler that is open, if one is. */
  nameAdapter(adapter: string): void {
    this.#close(adapter);
  }

  /** At the end of the element of this name. */
  end(element: string): void {
    if (element.endsWith("Handler")) {
      this.#close(undefined);
    }
  }

  #close(adapter: string | undefined): void {
    if (this.#open !== undefined) {
      const handler = { ...this.#open, adapter };
      this.#found.set(JSON.stringify(handler), handler);
      this.#open = undefined;
    }
  }
}
