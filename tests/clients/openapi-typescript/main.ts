// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import type { components, paths } from "./client/contract.js";

const api = createClient<paths>({
    baseUrl: process.env["API"] ?? "",
    headers: { Authorization: `Bearer ${process.env["TOKEN"]}` },
});

const services = (await api.GET("/v1/services", { params: { query: { state: ["available"] } } })).data;
const service = services?.data[0];
assert(service);
assert.equal(service.state, "available");

const body: components["schemas"]["GroupNew"] = {
    service_id: service.id,
    language: "fr",
    series: { local_start: "2027-01-12T18:30", count: service.max_sessions },
};
const create = () => api.POST("/v1/groups", { params: { header: { "Idempotency-Key": key } }, body });
let key = randomUUID();
const group = (await create()).data;
assert.equal((await create()).data?.id, group?.id, "the same key creates once");
key = randomUUID();
const other = (await create()).data;
assert(group && other && group.id !== other.id);

const read = (await api.GET("/v1/groups/{group_id}", { params: { path: { group_id: group.id } } })).data;
assert.deepEqual(read, group);
assert.equal(group.state, "draft");

const seen: string[] = [];
let pages = 0;
for (let cursor: string | null = ""; cursor !== null; pages++) {
    const query: paths["/v1/groups"]["get"]["parameters"]["query"] = { state: ["draft", "recruiting"], limit: 1, ...(cursor && { cursor }) };
    const page: components["schemas"]["ListedGroupPage"] | undefined = (await api.GET("/v1/groups", { params: { query } })).data;
    assert(page);
    seen.push(...page.data.map((listed) => listed.id));
    cursor = page.page.next_cursor;
}
assert(pages > 1 && seen.includes(group.id) && seen.includes(other.id));

const missing = await api.GET("/v1/groups/{group_id}", { params: { path: { group_id: randomUUID() } } });
assert.equal(missing.response.status, 404);
assert.equal(missing.error?.status, 404);
assert.match(missing.error.type, /not-found$/);

console.log(group.id);
