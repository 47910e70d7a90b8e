import { applicationsContract } from "./applications.contract.ts";
import type { MakePlace } from "./fixtures.ts";
import { locationContract } from "./location.contract.ts";
import { mastershipContract } from "./mastership.contract.ts";
import { rowsContract } from "./rows.contract.ts";
import { transactionsContract } from "./transactions.contract.ts";

/** Everything an SSO database promises, whichever it is. */
export function databaseContract(name: string, makePlace: MakePlace): void {
  locationContract(name, makePlace);
  transactionsContract(name, makePlace);
  mastershipContract(name, makePlace);
  rowsContract(name, makePlace);
  applicationsContract(name, makePlace);
}
