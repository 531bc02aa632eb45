/** One figure beside its goal (docs/performance.md). */
export type Figure = { name: string; value: number; unit: string; goal?: string; met?: boolean };
