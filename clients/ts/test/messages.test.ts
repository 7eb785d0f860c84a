import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { aichainRegistry, aichainTypes, computeTx, NotMatchableError, Reason } from "../src/index.js";
import { ceiling } from "../src/question.js";

test("every request of the Msg services is registered", () => {
  const registry = aichainRegistry();
  let seen = 0;
  for (const module of ["beacon", "compute", "attest", "reward"]) {
    const proto = readFileSync(new URL(`../../../../proto/aichain/${module}/v1/tx.proto`, import.meta.url), "utf8");
    for (const [, name] of proto.matchAll(/^ {2}rpc \w+\((\w+)\)/gm)) {
      assert.ok(registry.lookupType(`/aichain.${module}.v1.${name}`), name);
      seen++;
    }
  }
  assert.equal(seen, aichainTypes.length);
});

test("a message comes back from its bytes, with 64-bit numbers whole", () => {
  const registry = aichainRegistry();
  const typeUrl = "/aichain.compute.v1.MsgCancelTask";
  const bytes = registry.encode({ typeUrl, value: { requester: "aic1x", taskId: 2n ** 63n + 1n } });
  assert.equal(Buffer.from(bytes).toString("hex"), "0a05616963317810818080808080808080" + "01");
  assert.deepEqual(computeTx.MsgCancelTask.decode(bytes), { requester: "aic1x", taskId: 2n ** 63n + 1n });
});

test("the ceiling pays the dearest provider that is needed, and a tenth more", () => {
  const at = (worstPrice: bigint, reason = Reason.REASON_MATCHABLE) => ({ provider: "p", reason, worstPrice, detail: "" });
  assert.equal(ceiling([at(300n), at(100n), at(200n), at(1n, Reason.REASON_UNSPECIFIED)], 2, 3), 990n);
  assert.equal(ceiling([at(300n), at(100n), at(200n)], 2, 2), 440n);
  assert.equal(ceiling([at(5n), at(5n), at(5n)], 3, 4), 24n); // three are enough; an audit finds whom it can
  assert.equal(ceiling([at(0n), at(0n)], 2, 2), 2n);
  assert.throws(() => ceiling([at(1n)], 2, 2), NotMatchableError);
});
