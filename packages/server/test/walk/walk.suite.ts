import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  isErrorCode,
  ROUTES,
  type ApplicationPageView,
  type AuditPageView,
  type BindingsPageView,
  type Problem,
  type RouteId,
} from "@chatelaine/protocol";
import { ComposedNode, type NodePlace } from "../support/composed-node.ts";
import { withJson, withToken, type Answer, type Ask, type Target } from "../support/http-client.ts";
import { BINDINGS, furnish, type Furniture } from "./furniture.ts";
import {
  CALLERS,
  expectedOutcomes,
  ROUTES_IN_TABLE,
  type CallerKind,
  type Outcome,
} from "./permission-table.ts";
import { ask, LET_THROUGH, Requests } from "./requests.ts";

const UNKNOWN_TOKEN = `chat_${"a".repeat(16)}_${"a".repeat(52)}`;
const ABSENT_ID = "app_zzzzzzzzzzzzzzzz";
const AUDIT_PAGE = 200;
/** Callers of whose refusals only so many are recorded. */
const WITHOUT_TOKEN: readonly CallerKind[] = [
  "no token",
  "an unknown token",
  "no token at all, but something else",
  "an expired token",
  "a revoked token",
  "an unknown token on the socket",
];
const REFUSALS: readonly Outcome[] = [
  "authentication-required",
  "permission-denied",
  "local-socket-required",
  "application-not-found",
  "bindings-not-found",
];

/** Every route × every kind of caller, over both listeners of a whole node. */
export function walkSuite(database: string, makePlace: () => Promise<NodePlace>): void {
  describe(`a walk over every route, on ${database}`, () => {
    let place: NodePlace;
    let node: ComposedNode;
    let furniture: Furniture;
    let requests: Requests;
    /** Ids of the refused requests of callers with a token, each of which is to be told. */
    const refused = new Set<string>();

    before(async () => {
      place = await makePlace();
      node = await ComposedNode.start(place, async (opened) => {
        furniture = await furnish(opened);
      });
      requests = new Requests(node);
    });
    after(async () => {
      await node.stop();
      await place.discard();
    });

    async function send(caller: CallerKind, request: Ask): Promise<Answer> {
      const { target, token } = identity(caller);
      const answer = await node.send(
        target,
        token === undefined ? request : withToken(request, token),
      );
      if (!WITHOUT_TOKEN.includes(caller) && REFUSALS.includes(outcomeOf(answer))) {
        refused.add(problemOf(answer).requestId);
      }
      return answer;
    }

    function identity(caller: CallerKind): { target: Target; token?: string } {
      const { loopback, socket } = node;
      const { tokens } = furniture;
      const ways: Readonly<Record<CallerKind, { target: Target; token?: string }>> = {
        "no token": { target: loopback },
        "an unknown token": { target: loopback, token: UNKNOWN_TOKEN },
        "no token at all, but something else": { target: loopback, token: "let me in" },
        "an expired token": { target: loopback, token: tokens.expired },
        "a revoked token": { target: loopback, token: tokens.revoked },
        "a reader of another application": { target: loopback, token: tokens.otherReader },
        "a reader": { target: loopback, token: tokens.reader },
        "an admin": { target: loopback, token: tokens.admin },
        "an admin that may reveal": { target: loopback, token: tokens.revealer },
        "the local administrator": { target: socket },
        "an unknown token on the socket": { target: socket, token: UNKNOWN_TOKEN },
        "a reader of another application on the socket": {
          target: socket,
          token: tokens.otherReader,
        },
        "an admin on the socket": { target: socket, token: tokens.admin },
      };
      return ways[caller];
    }

    it("has a row for every route, and for nothing else", () => {
      assert.deepEqual(ROUTES_IN_TABLE.toSorted(), Object.keys(ROUTES).toSorted());
    });

    for (const route of Object.keys(ROUTES) as RouteId[]) {
      it(`answers ${route} to exactly those whom the table names`, async () => {
        const outcomes: Record<string, Outcome> = {};
        for (const caller of CALLERS) {
          const request = await requests.of(route)(furniture.own.applicationId);
          const answer = await send(caller, request);
          const outcome = outcomeOf(answer);
          outcomes[caller] = outcome === LET_THROUGH[route] ? "answered" : outcome;
        }
        assert.deepEqual(outcomes, expectedOutcomes(route));
      });
    }

    for (const route of Object.keys(ROUTES) as RouteId[]) {
      const hidden = CALLERS.filter(
        (caller) => expectedOutcomes(route)[caller] === "application-not-found",
      );
      if (hidden.length > 0) {
        it(`hides from ${route} that there is what the caller may not see`, async () => {
          for (const caller of hidden) {
            const make = requests.of(route);
            const byId = await send(caller, await make(furniture.own.applicationId));
            const byName = await send(caller, await make("own"));
            const absentId = await send(caller, await make(ABSENT_ID));
            const absentName = await send(caller, await make("nothing"));
            assert.deepEqual(withoutRequest(byId), withoutRequest(absentId));
            assert.deepEqual(withoutRequest(byName), withoutRequest(absentName));
          }
        });
      }
    }

    it("lists to a reader its own application and no other", async () => {
      const names = async (caller: CallerKind): Promise<readonly string[]> => {
        const { text } = await send(caller, ask("application.list"));
        return (JSON.parse(text) as ApplicationPageView).items.map(({ name }) => name);
      };
      assert.deepEqual(await names("a reader"), ["Own", "Own/FTP"]);
      assert.deepEqual(await names("a reader of another application"), ["Other"]);
      const all = await names("an admin");
      assert.ok(all.includes("Own") && all.includes("Other"));
    });

    it("hides a binding file from whoever may not see all its applications", async () => {
      for (const caller of CALLERS) {
        for (const route of ["bindings.export", "bindings.reveal"] as const) {
          if (expectedOutcomes(route)[caller] === "bindings-not-found") {
            const there = await send(caller, ask(route, { name: BINDINGS }));
            const absent = await send(caller, ask(route, { name: "nothing" }));
            assert.deepEqual(withoutRequest(there), withoutRequest(absent));
          }
        }
      }
      const names = async (caller: CallerKind): Promise<readonly string[]> => {
        const { text } = await send(caller, ask("bindings.list"));
        return (JSON.parse(text) as BindingsPageView).items.map(({ name }) => name);
      };
      assert.deepEqual(await names("a reader"), [BINDINGS]);
      assert.deepEqual(await names("a reader of another application"), []);
    });

    it("gives masked values only to those who may reveal them", async () => {
      for (const caller of CALLERS) {
        for (const route of Object.keys(ROUTES) as RouteId[]) {
          if (/^(config|bindings)\./.test(route) && !route.endsWith("reveal")) {
            const request = await requests.of(route)(furniture.own.applicationId);
            assert.doesNotMatch((await send(caller, request)).text, /first of|second of/);
          }
        }
      }
    });

    it("makes no token that may reveal for whom may not", async () => {
      const tokens = [
        { name: "x", kind: "admin", mayReveal: true },
        { name: "x", kind: "reader", applications: ["Own"] },
      ];
      for (const request of tokens.map((token) => withJson(ask("token.create"), token))) {
        assert.equal(outcomeOf(await send("an admin", request)), "permission-denied");
        assert.equal(outcomeOf(await send("an admin that may reveal", request)), "answered");
        assert.equal(outcomeOf(await send("the local administrator", request)), "answered");
      }
    });

    it("has told the audit of every refusal to somebody who has a token (P10)", async () => {
      const told = new Set<string>();
      let next: string | undefined;
      do {
        const after: string = next === undefined ? "" : `&after=${next}`;
        const path = `/v1/audit?action=request.refuse&limit=${AUDIT_PAGE}${after}`;
        const { text } = await send("the local administrator", { method: "GET", path });
        const page = JSON.parse(text) as AuditPageView;
        page.items.forEach(({ requestId }) => told.add(requestId));
        next = page.next;
      } while (next !== undefined);
      assert.deepEqual(
        [...refused].filter((requestId) => !told.has(requestId)),
        [],
      );
      assert.ok(refused.size > 100);
      assert.ok(told.size > refused.size, "some of those who have none are told of as well");
    });
  });
}

/** 2xx, or the code of the problem document. */
function outcomeOf(answer: Answer): Outcome {
  if (answer.status >= 200 && answer.status < 300) {
    return "answered";
  }
  const { code } = problemOf(answer);
  assert.ok(isErrorCode(code), answer.text);
  return code;
}

function problemOf({ text }: Answer): Problem {
  return JSON.parse(text) as Problem;
}

/** The whole answer, without what tells one request from another. */
function withoutRequest(answer: Answer): unknown {
  const { requestId, ...problem } = problemOf(answer);
  const { date, ...headers } = answer.headers;
  assert.ok(requestId !== "" && date !== undefined);
  return { status: answer.status, headers, problem, text: answer.text.replace(requestId, "") };
}
