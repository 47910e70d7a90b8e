import { applicationsContract } from "./applications.contract.ts";
import { auditContract } from "./audit.contract.ts";
import { bindingsContract } from "./bindings.contract.ts";
import { callersContract } from "./callers.contract.ts";
import { configBatchesContract } from "./config-batches.contract.ts";
import { configHistoryContract } from "./config-history.contract.ts";
import { configItemsContract } from "./config-items.contract.ts";
import { configListsContract } from "./config-lists.contract.ts";
import type { MakePlace } from "./fixtures.ts";
import { designationContract } from "./designation.contract.ts";
import { invitationsContract } from "./invitations.contract.ts";
import { locationContract } from "./location.contract.ts";
import { mastershipContract } from "./mastership.contract.ts";
import { rowsContract } from "./rows.contract.ts";
import { transactionsContract } from "./transactions.contract.ts";

/** Everything an SSO database promises, whichever it is. */
export function databaseContract(name: string, makePlace: MakePlace): void {
  locationContract(name, makePlace);
  transactionsContract(name, makePlace);
  designationContract(name, makePlace);
  mastershipContract(name, makePlace);
  rowsContract(name, makePlace);
  invitationsContract(name, makePlace);
  applicationsContract(name, makePlace);
  configItemsContract(name, makePlace);
  configHistoryContract(name, makePlace);
  configListsContract(name, makePlace);
  configBatchesContract(name, makePlace);
  bindingsContract(name, makePlace);
  callersContract(name, makePlace);
  auditContract(name, makePlace);
}
