import * as z from 'zod';
import { dateField } from '../../protocol/parse.ts';
import { customFields } from './plan.ts';

/** Body of PUT /v1/orders/{number}/triggerDates. */
export const triggerDatesSchema = z.strictObject({
  subscriptions: z
    .array(
      z.strictObject({
        subscriptionNumber: z.string(),
        orderActions: z
          .array(
            z.strictObject({
              sequence: z.number().int().min(0),
              triggerDates: z
                .array(
                  z.strictObject({
                    name: z.enum(['ServiceActivation', 'CustomerAcceptance']),
                    triggerDate: dateField,
                  }),
                )
                .optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

export type TriggerDatesRequest = z.output<typeof triggerDatesSchema>;

/** Body of PUT /v1/orders/{number}/customFields. */
export const orderFieldsSchema = z.strictObject({
  customFields,
  subscriptions: z
    .array(
      z.strictObject({
        subscriptionNumber: z.string(),
        orderActions: z.array(
          z.strictObject({
            orderActionId: z.string().optional(),
            sequence: z.number().int().min(0).optional(),
            customFields,
          }),
        ),
      }),
    )
    .optional(),
});

/** Body of PUT /v1/subscriptions/{number}/customFields and of its twin for one version. */
export const subscriptionFieldsSchema = z.strictObject({
  customFields,
  ratePlans: z
    .array(
      z.strictObject({
        ratePlanId: z.string(),
        customFields,
        charges: z
          .array(
            z.strictObject({
              chargeId: z.string().optional(),
              chargeNumber: z.string().optional(),
              customFields,
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});
