import { gql } from 'lightning/graphql';

/** A page of payments. Filter and order are variables, so that a user who may not read their fields can be asked for the list without them. */
export const QUERY = gql`
  query BillingPayments(
    $where: Billing_Payment__c_Filter
    $orderBy: Billing_Payment__c_OrderBy
    $first: Int
    $after: String
  ) {
    uiapi {
      query {
        Billing_Payment__c(first: $first, after: $after, where: $where, orderBy: $orderBy) @optional {
          totalCount
          edges {
            node {
              Id
              Number__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Amount__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Paid_At__c @optional {
                value
              }
              Method__c @optional {
                value
              }
              Decline_Code__c @optional {
                value
              }
              Decline_Reason__c @optional {
                value
              }
              Refunded__c @optional {
                value
              }
              Refunded_At__c @optional {
                value
              }
              Refund_Reason__c @optional {
                value
              }
              Dispute_Status__c @optional {
                value
              }
              Dispute_Reason__c @optional {
                value
              }
              Dispute_Due__c @optional {
                value
              }
              Disputed_Amount__c @optional {
                value
              }
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
              Billing_Account__r @optional {
                Id
                Name @optional {
                  value
                }
                Number__c @optional {
                  value
                }
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`;
