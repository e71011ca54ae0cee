// SPDX-License-Identifier: Apache-2.0
// What is in an archive of tables for analysis, whose files are stored as they are.

/** Names and texts of the files; throws where the archive is not whole. */
export function filesIn(zip: Buffer): Map<string, string> {
  const end = zip.length - 22;
  if (zip.toString("latin1", end, end + 4) !== "PK\x05\x06") throw new Error("it has no end");
  const files = new Map<string, string>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [size, name] = [zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28)];
    const begin = zip.readUInt32LE(at + 42) + 30 + name;
    files.set(
      zip.toString("utf8", at + 46, at + 46 + name),
      zip.toString("utf8", begin, begin + size),
    );
    at += 46 + name;
  }
  return files;
}

/** The names of a table's columns, and how many rows are below them. */
export function tableIn(csv: string): { columns: string[]; rows: number } {
  const lines = csv.replaceAll(/"[^"]*"/g, "").split("\r\n");
  return { columns: lines[0]?.split(",") ?? [], rows: lines.length - 2 };
}
