// SPDX-License-Identifier: MIT
// Renders /v1/openapi.json. Text only ever enters the page as text nodes.
"use strict";

const words = {
  en: { skip: "Skip to the operations", filter: "Find an operation", roles: "Who", parameters: "Parameters", body: "Body", answers: "Answers",
    required: "required", example: "Example", none: "Nothing fits.", failed: "The contract could not be read.", others: "Other",
    help: "In distress? 9-8-8 by call or text, 911 in an emergency, 1-844-750-1648 at any hour." },
  fr: { skip: "Aller aux opérations", filter: "Trouver une opération", roles: "Qui", parameters: "Paramètres", body: "Corps", answers: "Réponses",
    required: "requis", example: "Exemple", none: "Rien ne correspond.", failed: "Le contrat n'a pas pu être lu.", others: "Autres",
    help: "En détresse? 9-8-8 par appel ou texto, 911 en cas d'urgence, 1-844-750-1648 à toute heure." },
};
const methods = ["get", "post", "put", "patch", "delete"];
const byId = (id) => document.getElementById(id);
let language = (navigator.language || "en").startsWith("fr") ? "fr" : "en";
let contract = null;

function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// Texts of the contract are "English / Français", or sections under "## English" and "## Français".
function pick(text) {
  const source = String(text || "");
  const sections = source.split(/^## (?:English|Français)\s*$/m);
  if (sections.length === 3) return sections[language === "en" ? 1 : 2].trim();
  const halves = source.split(" / ");
  return halves.length === 2 ? halves[language === "en" ? 0 : 1] : source;
}

// `code` and **bold**; everything else is plain text.
function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (/^`.+`$/.test(part)) return element("code", null, part.slice(1, -1));
    if (/^\*\*.+\*\*$/.test(part)) return element("strong", null, part.slice(2, -2));
    return part;
  });
}

function prose(text) {
  return pick(text).split(/\n\s*\n/).filter((block) => block.trim()).map((block) => {
    if (!block.trimStart().startsWith("- ")) return element("p", null, ...inline(block.replace(/\s*\n\s*/g, " ").trim()));
    const items = block.trim().split(/\n?^- /m).filter((item) => item.trim());
    return element("ul", null, ...items.map((item) => element("li", null, ...inline(item.replace(/\s*\n\s*/g, " ").trim()))));
  });
}

// A reference may have a description of its own; what may be null is anyOf [it, null].
function resolve(thing) {
  const { $ref, anyOf, ...own } = thing || {};
  if (typeof $ref === "string") {
    const names = $ref.replace(/^#\//, "").split("/").map((name) => name.replace(/~1/g, "/").replace(/~0/g, "~"));
    return { ...resolve(names.reduce((from, name) => (from && Object.hasOwn(from, name) ? from[name] : undefined), contract)), ...own };
  }
  if (!anyOf || anyOf.length !== 2 || anyOf[1].type !== "null") return thing || {};
  const inner = resolve(anyOf[0]);
  return { ...inner, ...own, type: [].concat(inner.type, "null") };
}

function kind(schema) {
  const base = [].concat(schema.type || (schema.properties ? "object" : schema.enum ? "string" : "any")).join(" | ");
  const limits = [];
  if (schema.format) limits.push(schema.format);
  if (schema.enum) limits.push(schema.enum.map((value) => JSON.stringify(value)).join(", "));
  if (schema.const !== undefined) limits.push(JSON.stringify(schema.const));
  if (schema.pattern) limits.push(schema.pattern);
  if (schema.default !== undefined) limits.push(`= ${JSON.stringify(schema.default)}`);
  for (const [low, high] of [["minLength", "maxLength"], ["minimum", "maximum"], ["minItems", "maxItems"]])
    if (schema[low] !== undefined || schema[high] !== undefined) limits.push(`${schema[low] ?? ""}…${schema[high] ?? ""}`);
  const items = schema.items ? `: ${kind(resolve(schema.items))}` : "";
  return base + (limits.length ? ` (${limits.join("; ")})` : "") + items;
}

function shape(source, depth = 0) {
  const schema = resolve(source);
  if (depth > 8) return null;
  if (schema.items) return shape(schema.items, depth + 1);
  const parts = [].concat(schema.allOf || [], schema.oneOf || [], schema.anyOf || []);
  if (parts.length) return element("div", null, ...parts.map((part) => shape(part, depth + 1)));
  const members = Object.entries(schema.properties || {});
  if (!members.length) return null;
  return element("ul", null, ...members.map(([name, value]) => {
    const member = resolve(value);
    const isRequired = (schema.required || []).includes(name);
    return element("li", null, element("code", null, name), " ", element("span", { class: "soft" }, kind(member) +
      (isRequired ? ` · ${words[language].required}` : "")), " ", ...inline(pick(member.description)), shape(value, depth + 1));
  }));
}

function content(media) {
  const nodes = [];
  for (const [type, value] of Object.entries(media || {})) {
    const schema = resolve(value.schema);
    nodes.push(element("p", { class: "soft" }, element("code", null, type), " ", kind(schema)), shape(schema));
    const examples = value.example !== undefined ? [value.example] : Object.values(value.examples || {}).map((one) => resolve(one).value);
    for (const one of examples)
      nodes.push(element("p", { class: "soft" }, words[language].example),
        element("pre", { tabindex: "0" }, typeof one === "string" ? one : JSON.stringify(one, null, 2)));
  }
  return nodes;
}

function parameters(list) {
  return element("ul", null, ...list.map(resolve).map((one) => element("li", null, element("code", null, one.name), " ",
    element("span", { class: "soft" }, `${one.in} · ${kind(resolve(one.schema))}${one.required ? ` · ${words[language].required}` : ""}`),
    " ", ...inline(pick(one.description)))));
}

function detail(item, operation) {
  const text = words[language];
  const nodes = [...prose(operation.description)];
  nodes.push(element("p", null, `${text.roles}: `, ...(operation["x-roles"] || []).map((role) => element("span", { class: "role" }, role))));
  const all = [...(item.parameters || []), ...(operation.parameters || [])];
  if (all.length) nodes.push(element("h3", null, text.parameters), parameters(all));
  if (operation.requestBody) nodes.push(element("h3", null, text.body), ...content(resolve(operation.requestBody).content));
  nodes.push(element("h3", null, text.answers));
  for (const [status, source] of Object.entries(operation.responses || {})) {
    const answer = resolve(source);
    const inner = content(answer.content);
    const line = [element("strong", null, status), " ", ...inline(pick(answer.description))];
    nodes.push(inner.length ? element("details", null, element("summary", null, ...line), element("div", null, ...inner.filter(Boolean)))
      : element("p", null, ...line));
  }
  return element("div", null, ...nodes.filter(Boolean));
}

function operationNode(entry) {
  const { method, path, item, operation } = entry;
  const node = element("details", { id: operation.operationId || `${method}${path}` }, element("summary", null,
    element("span", { class: "method" }, method.toUpperCase()), element("span", { class: "path" }, path), " ",
    element("span", { class: "soft" }, pick(operation.summary))));
  node.addEventListener("toggle", () => { // the inside is made when somebody looks
    if (node.open && node.children.length === 1) node.append(detail(item, operation));
  });
  return node;
}

function entries() {
  const needle = byId("filter").value.trim().toLowerCase();
  const found = [];
  for (const [path, item] of Object.entries(contract.paths || {}))
    for (const method of methods.filter((name) => item[name])) {
      const operation = item[method];
      const text = [method, path, operation.operationId, operation.summary, operation["x-roles"]].join(" ").toLowerCase();
      if (text.includes(needle)) found.push({ method, path, item, operation, tag: (operation.tags || [""])[0] });
    }
  return found;
}

function renderOperations() {
  const found = entries();
  const tags = [...(contract.tags || [])];
  for (const { tag } of found) if (!tags.some((known) => known.name === tag)) tags.push({ name: tag });
  const sections = [], links = [];
  for (const tag of tags) {
    const own = found.filter((entry) => entry.tag === tag.name);
    if (!own.length) continue;
    const title = pick(tag["x-displayName"]) || tag.name || words[language].others;
    links.push(element("a", { href: `#tag-${tag.name}` }, title));
    sections.push(element("section", { id: `tag-${tag.name}` }, element("h2", null, title),
      element("p", { class: "soft" }, pick(tag.description)), ...own.map(operationNode)));
  }
  byId("tags").replaceChildren(...links);
  byId("operations").replaceChildren(...(sections.length ? sections : [element("p", null, words[language].none)]));
}

function openLinked() {
  const node = location.hash ? byId(decodeURIComponent(location.hash.slice(1))) : null;
  if (!node) return;
  if (node.tagName === "DETAILS") node.open = true;
  node.scrollIntoView();
}

function render() {
  const text = words[language];
  document.documentElement.lang = language;
  for (const name of ["en", "fr"]) byId(name).setAttribute("aria-pressed", String(name === language));
  byId("skip").textContent = text.skip;
  byId("help").textContent = text.help;
  byId("filter-label").textContent = text.filter;
  if (!contract) return;
  byId("title").textContent = pick(contract.info.title);
  byId("version").textContent = contract.info.version;
  byId("about").replaceChildren(element("p", { class: "soft" }, pick(contract.info.summary)), ...prose(contract.info.description));
  renderOperations();
}

for (const name of ["en", "fr"]) byId(name).addEventListener("click", () => { language = name; render(); });
byId("filter").addEventListener("input", () => contract && renderOperations());
window.addEventListener("hashchange", openLinked);
render();
fetch("/v1/openapi.json").then((response) => response.json()).then((document_) => {
  contract = document_;
  render();
  openLinked();
}).catch(() => { byId("operations").replaceChildren(element("p", { role: "alert" }, words[language].failed)); });
