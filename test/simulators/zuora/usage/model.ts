export type Usage = {
  id: string;
  accountId: string;
  subscriptionNumber: string | null;
  chargeNumber: string | null;
  uom: string;
  quantity: number;
  startDateTime: string;
  /** Day of `startDateTime` in the tenant's zone. */
  day: string;
  endDateTime: string | null;
  status: 'Pending' | 'Processed';
  description: string | null;
  uniqueKey: string | null;
  /** Import that brought it; null: single calls. */
  importId: string | null;
  submissionDateTime: number;
  createdDate: number;
  updatedDate: number;
};

/** A file of usage; it is read once its time has come. */
export type UsageImport = {
  id: string;
  fileName: string;
  text: string;
  status: 'Pending' | 'Processing' | 'Completed' | 'Failed';
  statusReason: string | null;
  importedCount: number;
  totalCount: number;
  /** Real time from which the file is read. */
  dueAt: number;
  createdDate: number;
  updatedDate: number;
};

export type UsageData = { usages: Usage[]; usageImports: UsageImport[] };

export const emptyUsage = (): UsageData => ({ usages: [], usageImports: [] });
