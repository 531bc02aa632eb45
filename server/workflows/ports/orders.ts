import type { Order, OrderMetrics, PlacedOrder, PlanOnSale } from '../../domain/order/order.ts';

/** What a billing system does with orders. All of it throws Faults. */
export interface OrderDesk {
  /**
   * @param ids of plans in the billing system
   * @returns those that are there, by id, with everything that an order may override
   */
  plans(ids: readonly string[]): Promise<Map<string, PlanOnSale>>;
  /** What an order would come to; nothing is made. @throws Fault `order_refused` with the billing system's reason in words */
  preview(order: Order): Promise<OrderMetrics>;
  /**
   * Places an order.
   * @param effectId the same one is carried out once by the billing system, however often it is sent
   * @throws Fault `order_refused` (kind invalid) when nothing was made and nothing will be until somebody changes something;
   * `outcomeUnknown` when it may have been made
   */
  place(order: Order, effectId: string): Promise<PlacedOrder>;
  /** @returns the order with a number of ours; null when there is none */
  find(number: string): Promise<PlacedOrder | null>;
}
