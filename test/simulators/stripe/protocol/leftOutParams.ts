import { unsimulated, type Reader } from './params.ts';

/** Parameters that the real service takes on a route and the simulator does not (stripe package 23.1.0). */
const leftOut: Record<string, string> = {
  'get /v1/balance_transactions': 'payout',
  'post /v1/billing_portal/sessions': 'customer_account',
  'get /v1/charges': 'transfer_group',
  'post /v1/charges':
    'application_fee application_fee_amount destination on_behalf_of radar_options shipping statement_descriptor statement_descriptor_suffix transfer_data transfer_group',
  'post /v1/charges/:id': 'customer fraud_details shipping transfer_group',
  'post /v1/charges/:id/capture':
    'application_fee application_fee_amount receipt_email statement_descriptor statement_descriptor_suffix transfer_data transfer_group',
  'get /v1/checkout/sessions': 'customer_account customer_details payment_link',
  'post /v1/checkout/sessions':
    'customer_account excluded_payment_method_types integration_identifier managed_payments name_collection origin_context payment_method_configuration payment_method_data permissions redirect_on_completion saved_payment_method_options wallet_options',
  'post /v1/checkout/sessions/:id': 'collected_information line_items payment_intent_data shipping_options',
  'get /v1/credit_notes': 'customer_account',
  'post /v1/customers/:id': 'default_source',
  'get /v1/customers/:id/balance_transactions': 'created',
  'get /v1/customers/:id/payment_methods': 'allow_redisplay',
  'post /v1/disputes/:id': 'intended_submission_method',
  'get /v1/invoiceitems': 'customer_account',
  'post /v1/invoiceitems': 'customer_account quantity_decimal',
  'post /v1/invoiceitems/:id': 'invoicing_rules quantity_decimal unit_amount_decimal',
  'get /v1/invoices': 'customer_account',
  'post /v1/invoices': 'application_fee_amount customer_account',
  'post /v1/invoices/:id': 'application_fee_amount',
  'post /v1/invoices/:id/lines/:line': 'quantity_decimal tax_amounts',
  'post /v1/invoices/create_preview': 'customer_account on_behalf_of',
  'get /v1/payment_intents': 'customer_account',
  'post /v1/payment_intents':
    'amount_details application_fee_amount confirmation_token customer_account excluded_payment_method_types hooks mandate on_behalf_of payment_details payment_method_configuration payment_method_options radar_options transfer_data',
  'post /v1/payment_intents/:id':
    'amount_details application_fee_amount capture_method customer_account excluded_payment_method_types hooks payment_details payment_method_configuration payment_method_options transfer_data',
  'post /v1/payment_intents/:id/capture':
    'amount_details application_fee_amount final_capture hooks payment_details statement_descriptor statement_descriptor_suffix transfer_data',
  'post /v1/payment_intents/:id/confirm':
    'allowed_payment_method_types amount_details amount_to_confirm confirmation_token excluded_payment_method_types hooks mandate payment_details payment_method_options radar_options',
  'get /v1/payment_methods': 'allow_redisplay customer_account',
  'post /v1/payment_methods': 'customer payment_method radar_options',
  'post /v1/payment_methods/:id/attach': 'customer_account',
  'get /v1/prices': 'recurring',
  'get /v1/products': 'shippable type url',
  'post /v1/products': 'type',
  'get /v1/promotion_codes': 'customer_account',
  'post /v1/promotion_codes': 'customer_account',
  'post /v1/refunds': 'currency customer instructions_email origin refund_application_fee reverse_transfer',
  'get /v1/setup_intents': 'attach_to_self customer_account',
  'post /v1/setup_intents':
    'attach_to_self confirmation_token customer_account excluded_payment_method_types flow_directions on_behalf_of payment_method_configuration payment_method_options single_use',
  'post /v1/setup_intents/:id':
    'attach_to_self customer_account excluded_payment_method_types flow_directions payment_method_configuration payment_method_options',
  'post /v1/setup_intents/:id/confirm': 'allowed_payment_method_types confirmation_token payment_method_options',
  'get /v1/subscription_schedules': 'customer_account',
  'post /v1/subscription_schedules': 'customer_account',
};

/** Kinds of payment methods that the real service has besides those that are simulated. */
export const otherPaymentMethods = [
  'acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact',
  'billie bizum blik boleto cashapp crypto custom customer_balance eps fpx giropay grabpay ideal',
  'interac_present kakao_pay klarna konbini kr_card link mb_way mobilepay multibanco naver_pay',
  'nz_bank_account oxxo p24 pay_by_bank payco paynow paypal paypay payto pix promptpay revolut_pay',
  'samsung_pay satispay scalapay sequra sofort sunbit swish twint upi wechat_pay zip',
].flatMap((line) => line.split(' '));

/** Readers that answer 501 for the left out parameters of a route such as `post /v1/charges`. */
export const leftOutParams = (route: string): Record<string, Reader<never>> =>
  Object.fromEntries((leftOut[route]?.split(' ') ?? []).map((name) => [name, unsimulated]));
