/** What is asked of a database of SQLite, whichever library opened it. */
interface Database<Statement> {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
}

export interface SqliteSession<Statement> {
  /** The statement of this text, prepared once. */
  sql(text: string): Statement;
  /** Runs `work` as one transaction, which waits for other writers before it reads. What it throws undoes it. */
  inTransaction<T>(work: () => T): T;
}

export function sqliteSession<Statement>(database: Database<Statement>): SqliteSession<Statement> {
  const statements = new Map<string, Statement>();
  return {
    sql(text) {
      const statement = statements.get(text) ?? database.prepare(text);
      statements.set(text, statement);
      return statement;
    },
    inTransaction(work) {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        try {
          database.exec('ROLLBACK');
        } catch {} // a full disk has rolled back already
        throw error;
      }
    },
  };
}
