import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type NullableTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Json = ColumnType<unknown, string, string>;

/** Tables of the server; the SQL is in migrations/. */
export type Schema = {
  inbox: {
    id: Generated<number>;
    connection: string;
    event_id: string;
    kind: string;
    key: string | null;
    occurred_at: NullableTimestamp;
    received_at: Timestamp;
    /** null where it is in `inbox_payload`, or its time is over. */
    payload: Json | null;
    digest: string;
    conflicts: Generated<number>;
    done_at: NullableTimestamp;
  };
  /** Partitioned by day of receipt. */
  inbox_payload: { id: number; received_at: Timestamp; payload: Json };
  dirty: {
    key: string;
    generation: Generated<number>;
    since: Timestamp;
    not_before: Timestamp;
    lease_owner: string | null;
    lease_until: NullableTimestamp;
    attempt: Generated<number>;
    quarantined_at: NullableTimestamp;
    reason: string | null;
    code: string | null;
    poll_at: NullableTimestamp;
    polled_generation: number | null;
    held: Generated<boolean>;
    batch: Generated<boolean>;
    refetch: Generated<string[]>;
    refetch_generation: number | null;
    interactive: Generated<boolean>;
  };
  mirror: {
    key: string;
    kind: string;
    billing_account_key: string;
    as_of: Timestamp;
    version: number;
    deleted: boolean;
    body: Json;
    digest: string;
    changed_at: Timestamp;
  };
  account_link: {
    billing_account_key: string;
    account_id: string | null;
    linked_at: Timestamp;
    matched: Generated<boolean>;
  };
  billing_match: {
    billing_account_key: string;
    version: Generated<number>;
    state: string;
    account_id: string | null;
    rule: string | null;
    score: number | null;
    linked_by: string | null;
    linked_at: NullableTimestamp;
    looked_by: string | null;
    looked_at: NullableTimestamp;
    candidates: Json;
    complete: Generated<boolean>;
    rejected: Generated<string[]>;
    chosen: string | null;
    dismissed: Generated<boolean>;
    has_row: Generated<boolean>;
    made_account_id: string | null;
    refusal: string | null;
  };
  account_creation: {
    identity: string;
    billing_account_key: string;
    claimed_at: Timestamp;
  };
  billing_link_log: {
    id: Generated<number>;
    at: Timestamp;
    billing_account_key: string;
    action: string;
    account_id: string;
    rule: string | null;
    score: number | null;
    by: string;
  };
  account_due: { account_id: string; next_change_on: string };
  mrr_level: { account_id: string; currency: string; day: string; minor: number; estimated: boolean };
  org_rows: {
    object: string;
    key: string;
    account_id: string | null;
    part_of: string | null;
    partition: number;
    fields: Json;
    parents: Json;
    initial: Json | null;
    notes: Json | null;
    hash: string;
    row_version: number;
    changed_at: Timestamp;
    changed_by: Generated<string>;
    pending: boolean;
    sent_version: number | null;
    confirmed_version: number | null;
    confirmed_hash: string | null;
    attempt: Generated<number>;
    not_before: Timestamp;
    quarantined_at: NullableTimestamp;
    refusal: string | null;
    code: string | null;
    message: string | null;
    batch: Generated<boolean>;
    bulk_job: string | null;
  };
  org_row_removal: {
    object: string;
    key: string;
    account_id: string | null;
    partition: number;
    reason: string;
    dropped_at: Timestamp;
    look_at: Timestamp;
    code: string | null;
    message: string | null;
  };
  org_removal: {
    id: Generated<number>;
    at: Timestamp;
    object: string;
    reason: string;
    keys: string[];
  };
  org_object_pause: {
    object: string;
    paused_until: Timestamp;
    failures: number;
    since: Timestamp;
    code: string;
    message: string;
  };
  api_budget: { org_id: string; calls_used: number; calls_allowed: number; read_at: Timestamp };
  org_pin: {
    name: string;
    org_id: string;
    is_sandbox: boolean;
    organization_type: string;
    instance_name: string;
    pinned_at: Timestamp;
    met: Json | null;
    met_at: NullableTimestamp;
  };
  bulk_job: {
    id: string;
    object: string;
    salesforce_id: string | null;
    state: string;
    row_count: number;
    made_at: Timestamp;
  };
  lease: { name: string; owner: string; until: Timestamp };
  upstream: {
    name: string;
    tokens: number | null;
    filled_at: Timestamp;
    share: Generated<number>;
    lowered_at: NullableTimestamp;
    hold_until: NullableTimestamp;
    failures: Generated<number>;
    open_until: NullableTimestamp;
    probe_until: NullableTimestamp;
    reason: Generated<string>;
    in_flight: ColumnType<Record<string, { held: number; until: number }>, string | undefined, string>;
  };
  upstream_token: {
    name: string;
    sealed: string | null;
    instance_url: string | null;
    renew_at: NullableTimestamp;
  };
  sweep_cursor: {
    connection: string;
    cursor: string | null;
    checked_through: NullableTimestamp;
    swept_at: NullableTimestamp;
    failures: Generated<number>;
    broken: Generated<boolean>;
    message: Generated<string>;
  };
  connection: {
    name: string;
    system: string;
    provider_id: string | null;
    state: Generated<string>;
    reason: Generated<string>;
    since: Timestamp;
    probe_at: Timestamp;
    filter: string | null;
  };
  connection_refused: {
    connection: string;
    what: string;
    since: Timestamp;
  };
  backfill: {
    connection: string;
    run: Generated<number>;
    state: string;
    parts: Generated<string[]>;
    reason: string;
    rewrite: Generated<boolean>;
    cursor: string | null;
    listed: Generated<number>;
    listed_at: NullableTimestamp;
    total: number | null;
    worked: Generated<number>;
    rate: Generated<number>;
    measured_at: NullableTimestamp;
    failures: Generated<number>;
    next_at: Timestamp;
    message: Generated<string>;
    started_at: Timestamp;
    ended_at: NullableTimestamp;
  };
  setting: { name: string; value: string };
  replay_position: { topic: string; position: Buffer; heard_at: Timestamp };
  org_account: {
    account_id: string;
    state: string;
    merged_into: string | null;
    modstamp: NullableTimestamp;
    read_at: Timestamp;
  };
  discrepancy: {
    object: string;
    key: string;
    field: string;
    account_id: string | null;
    kind: string;
    rule: string;
    billing_value: Json;
    org_value: Json;
    changed_by: string | null;
    recent: Generated<number>;
    same: Generated<number>;
    recent_since: Timestamp;
    first_seen_at: Timestamp;
    seen_at: Timestamp;
  };
  org_check: {
    org_id: string;
    day: string;
    after: Generated<string>;
    checked: Generated<number>;
    ended: Generated<boolean>;
    hurry: Generated<boolean>;
    started_at: Timestamp;
  };
  named_deal: {
    opportunity_id: string;
    account_id: string | null;
    subscription_number: string | null;
    key: string | null;
    is_closed: Generated<boolean>;
    is_won: Generated<boolean>;
    /** Keys of products that people changed. */
    kept_lines: Generated<string[]>;
    read_at: Timestamp;
  };
  bill_to: {
    billing_account_key: string;
    account_id: string;
    contact_id: string | null;
    state: string;
    body: Json;
    version: number;
    changed_at: Timestamp;
  };
  bill_to_step: { id: Generated<number>; billing_account_key: string; at: Timestamp; state: string; body: Json };
  deal_order: {
    opportunity_id: string;
    state: string;
    body: unknown;
    version: number;
    changed_at: Timestamp;
  };
  deal_order_step: {
    id: Generated<string>;
    opportunity_id: string;
    at: Timestamp;
    state_before: string | null;
    state: string;
    body: unknown;
  };
  provisioning: {
    account_id: string;
    state: string;
    identities: string[];
    body: unknown;
    version: number;
    changed_at: Timestamp;
  };
  provisioning_step: {
    id: Generated<string>;
    account_id: string;
    at: Timestamp;
    state_before: string | null;
    state: string;
    body: unknown;
  };
  deal_preview: {
    opportunity_id: string;
    body: unknown;
    run: string | null;
    began_at: Timestamp;
  };
  billing_job: {
    key: string;
    job_id: string;
    asked_at: Timestamp;
  };
  owner_notice: {
    deal_key: string;
    account_id: string | null;
    state: Generated<string>;
    wanted_at: Timestamp;
    ended_at: NullableTimestamp;
    attempt: Generated<number>;
    not_before: Timestamp;
    quarantined_at: NullableTimestamp;
    code: string | null;
    message: string | null;
  };
  stored_secret: {
    id: string;
    name: string;
    connection: string;
    sealed: string | null;
    added_at: Timestamp;
    added_by: string;
    retired_at: NullableTimestamp;
  };
  org_client: {
    client_id: string;
    org_id: string;
    name: string;
    scopes: string[];
    added_at: Timestamp;
    added_by: string;
    revoked_at: NullableTimestamp;
  };
  org_client_secret: {
    id: string;
    client_id: string;
    hash: Buffer;
    added_at: Timestamp;
    added_by: string;
    used_at: NullableTimestamp;
    retired_at: NullableTimestamp;
  };
  org_token: { hash: Buffer; secret_id: string; scopes: string[]; expires_at: Timestamp };
  org_action: {
    id: Generated<number>;
    at: Timestamp;
    client_id: string;
    org_id: string;
    user_id: string;
    operation: string;
    account_id: string;
    subject: string | null;
    outcome: string | null;
    ended_at: NullableTimestamp;
  };
  org_request: {
    client_id: string;
    operation: string;
    request_key: string;
    body_hash: Buffer;
    answer: Json | null;
    at: Timestamp;
  };
  org_refresh: {
    id: string;
    client_id: string;
    user_id: string;
    account_id: string;
    keys: Json;
    before: Json | null;
    state: Generated<string>;
    message: Generated<string>;
    changes: Generated<string>;
    started_at: Timestamp;
    ended_at: NullableTimestamp;
  };
  invoice_send: {
    id: string;
    invoice_key: string;
    client_id: string;
    user_id: string;
    request_key: string;
    state: Generated<string>;
    started_at: Timestamp;
    ended_at: NullableTimestamp;
  };
  call_count: { subject: string; minute: Timestamp; calls: number };
  dismissal: {
    failure_id: string;
    kind: string;
    reason: string;
    dismissed_by: string;
    dismissed_at: Timestamp;
    failed_with: string;
    event_ids: Generated<string[]>;
  };
  operator_action: {
    id: Generated<number>;
    at: Timestamp;
    operator: string;
    action: string;
    targets: string[];
    detail: Json;
  };
};
