import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PageRow, readTablePage, type ReadPage } from "./table-page.ts";
import { readWal } from "./wal-frames.ts";

const PAGE = 512;

/** The pages of a small database with rows of every kind of value, some over several pages. */
function someDatabase(): Buffer {
  const db = new DatabaseSync(":memory:");
  db.exec(`PRAGMA page_size = ${PAGE}; CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)`);
  const insert = db.prepare("INSERT INTO t VALUES (?, ?, ?)");
  for (let id = 1; id <= 40; id++) {
    const wide = [0n, 1n, -1n, 300n, 70_000n, 2n ** 31n, 2n ** 40n, -(2n ** 50n), 0.5][id % 9] ?? 0;
    insert.run(
      id * 1000,
      id % 5 === 0 ? null : `text ${id}`.repeat(id),
      id % 3 === 0 ? Buffer.alloc(id * 30, id) : wide,
    );
  }
  const image = Buffer.from(db.serialize());
  db.close();
  return image;
}

function pagesOf(image: Buffer): ReadPage {
  return (page) =>
    page < 1 || page * PAGE > image.length ? undefined : image.subarray((page - 1) * PAGE, page * PAGE);
}

function allRows(image: Buffer): readonly PageRow[] {
  const rows: PageRow[] = [];
  const waiting = [2];
  const seen = new Set<number>();
  for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
    if (seen.has(page)) continue;
    seen.add(page);
    const found = readTablePage(page, pagesOf(image));
    if (found.kind === "interior") waiting.push(...found.children);
    if (found.kind === "leaf") rows.push(...found.rows);
  }
  return rows.sort((left, right) => left.rowId - right.rowId);
}

describe("a table's pages", () => {
  test("give the rows that SQLite gives", () => {
    const image = someDatabase();
    const db = new DatabaseSync(":memory:");
    db.deserialize(image);
    const want = db.prepare("SELECT id, a, b FROM t ORDER BY id").all();
    db.close();
    expect(allRows(image).map(({ rowId, cells }) => [rowId, cells[1], toPlain(cells[2])])).toEqual(
      want.map(({ id, a, b }) => [id, a, toPlain(b)]),
    );
  });

  test("whatever they say, are read to an end", () => {
    const image = someDatabase();
    const changes = fc.array(fc.tuple(fc.nat(image.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(changes, (flips) => {
        const damaged = Buffer.from(image);
        for (const [at, byte] of flips) damaged[at] = byte;
        expect(allRows(damaged).length).toBeLessThan(2000);
      }),
      { seed: 4, numRuns: 400 },
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: PAGE, maxLength: PAGE }),
        fc.constantFrom(5, 13),
        (bytes, flag) => {
          bytes[0] = flag;
          readTablePage(2, () => bytes);
        },
      ),
      { seed: 4, numRuns: 400 },
    );
  });
});

test("a write-ahead log, whatever it says, is read to an end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      expect(readWal(bytes)?.frames ?? []).toEqual([]);
    }),
    { seed: 4, numRuns: 200 },
  );
});

function toPlain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
