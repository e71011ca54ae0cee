// SPDX-License-Identifier: Apache-2.0
// Writes src/api/schema.ts, the types of every call and answer, from the API's own description:
// docs/openapi.json, which the server's router makes.
import { URL } from "node:url";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const document = JSON.parse(readFileSync(new URL("../docs/openapi.json", import.meta.url), "utf8"));
const methods = ["get", "post", "put", "patch", "delete"];
const json = "application/json";

const nameIn = (reference) => reference.split("/").at(-1);
const property = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

function objectType(schema) {
    if (!schema.properties) {
        const of = schema.additionalProperties;
        return of ? `Readonly<Record<string, ${typeOf(of)}>>` : "Record<string, never>";
    }
    const members = Object.entries(schema.properties).map(([name, of]) => {
        const mark = schema.required?.includes(name) ? "" : "?";
        return `${property(name)}${mark}: ${typeOf(of)};`;
    });
    return members.length === 0 ? "Record<string, never>" : `{ ${members.join(" ")} }`;
}

function typeOf(schema) {
    if (schema.$ref) return nameIn(schema.$ref);
    if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
    if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
    switch (schema.type) {
        case "string":
        case "boolean":
        case "null":
            return schema.type;
        case "number":
        case "integer":
            return "number";
        case "array": {
            const of = typeOf(schema.items);
            return / \| /.test(of) ? `(${of})[]` : `${of}[]`;
        }
        case "object":
            return objectType(schema);
        default:
            return "unknown";
    }
}

/** A type of its own name; of a choice of words the words too, to go through them. */
function component([name, schema]) {
    if (schema.type === "object" && schema.properties)
        return `export interface ${name} ${objectType(schema)}`;
    if (!schema.enum) return `export type ${name} = ${typeOf(schema)};`;
    const words = `${name[0].toLowerCase()}${name.slice(1)}s`;
    return `export const ${words} = ${JSON.stringify(schema.enum)} as const;
export type ${name} = (typeof ${words})[number];`;
}

function* operations() {
    for (const [path, item] of Object.entries(document.paths))
        for (const method of methods) {
            const operation = item[method];
            if (!operation || !path.startsWith("/api/v1/")) continue;
            const said = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
            const body = operation.requestBody?.content;
            const good = Object.entries(operation.responses).filter(([status]) =>
                status.startsWith("2"),
            );
            const isJson = good.every(([, { content }]) => !content || content[json]?.schema);
            if (!isJson || (body && !body[json])) continue;
            yield { method, path, operation, said, body: body?.[json], good };
        }
}

function parametersType(said, where) {
    const members = said
        .filter((parameter) => parameter.in === where)
        .map(
            ({ name, required, schema }) =>
                `${property(name)}${required ? "" : "?"}: ${typeOf(schema)};`,
        );
    return members.length === 0 ? undefined : `{ ${members.join(" ")} }`;
}

function inputType({ operation, said, body }) {
    const path = parametersType(said, "path");
    const query = parametersType(said, "query");
    const mark = operation.requestBody?.required ? "" : "?";
    const parts = [
        path && `path: ${path};`,
        query && `query?: ${query};`,
        body && `body${mark}: ${typeOf(body.schema)};`,
    ].filter(Boolean);
    return parts.length === 0 ? "Record<string, never>" : `{ ${parts.join(" ")} }`;
}

function answerType({ good }) {
    const types = good.map(([, { content }]) =>
        content ? typeOf(content[json].schema) : "undefined",
    );
    return [...new Set(types)].join(" | ");
}

const all = [...operations()];
const lines = [
    "// SPDX-License-Identifier: Apache-2.0",
    "// Made from docs/openapi.json by generate_api.js; do not edit.",
    "",
    ...Object.entries(document.components.schemas).map(component),
    "",
    "/** What each call takes and answers with. */",
    "export interface Operations {",
    ...all.map(
        (one) =>
            `  ${one.operation.operationId}: { input: ${inputType(one)}; answer: ${answerType(one)} };`,
    ),
    "}",
    "",
    "export const routes: Readonly<Record<keyof Operations, readonly [method: string, path: string]>> = {",
    ...all.map(
        (one) =>
            `  ${one.operation.operationId}: [${JSON.stringify(one.method.toUpperCase())}, ${JSON.stringify(one.path)}],`,
    ),
    "};",
    "",
];
// Left alone where it is right, so that what is built from it stays as it is.
const file = new URL("src/api/schema.ts", import.meta.url);
const text = lines.join("\n");
if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
