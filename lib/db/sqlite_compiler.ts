/** SQL for SQLite, with UUIDs as bytes. */
import {
  type BinaryOperationNode,
  ColumnNode,
  type ColumnUpdateNode,
  type InsertQueryNode,
  type OperationNode,
  PrimitiveValueListNode,
  ReferenceNode,
  type SelectModifierNode,
  SqliteQueryCompiler,
  ValueListNode,
  ValueNode,
  ValuesNode,
} from "kysely";
import { UUID_COLUMNS } from "./schema.ts";
import { uuidToBytes } from "./uuid.ts";

/**
 * Turns UUIDs into bytes where they are compared with, or written to, a
 * column in `UUID_COLUMNS`, so that queries handle text on every database.
 * Raw `sql` fragments are not looked into: keep UUIDs out of them.
 */
export class UuidQueryCompiler extends SqliteQueryCompiler {
  #converting = false;
  #inserted: readonly boolean[] = [];

  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    this.visitNode(node.leftOperand);
    this.append(" ");
    this.visitNode(node.operator);
    this.append(" ");
    this.#visitOperand(isUuidColumn(node.leftOperand), node.rightOperand);
  }

  protected override visitColumnUpdate(node: ColumnUpdateNode): void {
    this.visitNode(node.column);
    this.append(" = ");
    this.#visitOperand(isUuidColumn(node.column), node.value);
  }

  protected override visitInsertQuery(node: InsertQueryNode): void {
    const outer = this.#inserted;
    this.#inserted = (node.columns ?? []).map(isUuidColumn);
    super.visitInsertQuery(node);
    this.#inserted = outer;
  }

  protected override visitValueList(node: ValueListNode): void {
    if (!this.#isInsertedRow()) return super.visitValueList(node);
    this.append("(");
    node.values.forEach((value, i) => {
      if (i > 0) this.append(", ");
      this.#visitOperand(this.#inserted[i] === true, value);
    });
    this.append(")");
  }

  protected override visitPrimitiveValueList(
    node: PrimitiveValueListNode,
  ): void {
    if (!this.#isInsertedRow()) return super.visitPrimitiveValueList(node);
    this.append("(");
    for (let i = 0; i < node.values.length; i++) {
      if (i > 0) this.append(", ");
      this.#converting = this.#inserted[i] === true;
      this.appendValue(node.values[i]);
    }
    this.#converting = false;
    this.append(")");
  }

  /** SQLite has no row locks: BEGIN IMMEDIATE has locked everything. */
  protected override visitSelectModifier(node: SelectModifierNode): void {
    const isLock = node.modifier === "ForUpdate" ||
      node.modifier === "SkipLocked";
    if (!isLock) super.visitSelectModifier(node);
  }

  protected override appendValue(value: unknown): void {
    super.appendValue(
      this.#converting && typeof value === "string"
        ? uuidToBytes(value)
        : value,
    );
  }

  #isInsertedRow(): boolean {
    return this.parentNode !== undefined && ValuesNode.is(this.parentNode);
  }

  #visitOperand(isUuid: boolean, operand: OperationNode): void {
    this.#converting = isUuid && isPlainValue(operand);
    this.visitNode(operand);
    this.#converting = false;
  }
}

function isUuidColumn(node: OperationNode): boolean {
  const column = ReferenceNode.is(node) ? node.column : node;
  return ColumnNode.is(column) && UUID_COLUMNS.has(column.column.name);
}

function isPlainValue(node: OperationNode): boolean {
  return ValueNode.is(node) || ValueListNode.is(node) ||
    PrimitiveValueListNode.is(node);
}
