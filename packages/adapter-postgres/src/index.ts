/**
 * Tallystick's store in Postgres.
 */
export type { PostgresDriver, QueryOptions, QueryResult } from "./driver.ts"
export { migrate } from "./migrate.ts"
export type { Migrated, MigrateOptions } from "./migrate.ts"
export { postgresOperator, type PostgresOperatorOptions } from "./operator.ts"
export type { PostgresStoreOptions } from "./options.ts"
export { type PostgresStore, postgresStore } from "./postgres-store.ts"
export { trialSchema } from "./trial-schema.ts"
export type { TrialSchema } from "./trial-schema.ts"
export type { Transaction } from "./within.ts"
