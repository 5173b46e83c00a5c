import { sql, type Sql } from '../domain/sql.ts'

/** What decides where a contact goes. */
export interface Decision {
  readonly isActiveCustomer: Sql
  readonly isCompanyAnAccount: Sql
  /** NULL where there is no company. */
  readonly companyId: Sql
  /** `account`, `contact` or NULL. */
  readonly companyType: Sql
}

/** Where a contact goes: `customer`, `contact` or `skipped`. */
export function routeOf({ isActiveCustomer, isCompanyAnAccount }: Decision): Sql {
  return sql`(CASE WHEN ${isActiveCustomer} THEN 'customer' WHEN ${isCompanyAnAccount} THEN 'contact' ELSE 'skipped' END)`
}

/** Why it goes there. */
export function reasonOf(decision: Decision): Sql {
  return sql`(CASE WHEN ${decision.isActiveCustomer} THEN 'has-sales-activity' WHEN ${decision.isCompanyAnAccount} THEN 'company-is-account' WHEN ${decision.companyId} IS NULL THEN 'no-company' WHEN ${decision.companyType} = 'contact' THEN 'company-is-contact' ELSE 'company-type-unknown' END)`
}
