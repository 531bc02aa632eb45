import { gql } from 'lightning/graphql';

/** A page of what happened. Filter and order are variables, so that a user who may not read their fields can be asked for the list without them. */
export const QUERY = gql`
  query BillingTimeline(
    $where: Billing_Event__c_Filter
    $orderBy: Billing_Event__c_OrderBy
    $first: Int
    $after: String
  ) {
    uiapi {
      query {
        Billing_Event__c(first: $first, after: $after, where: $where, orderBy: $orderBy) @optional {
          totalCount
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Kind__c @optional {
                value
              }
              Occurred_At__c @optional {
                value
              }
              Occurred_On__c @optional {
                value
              }
              Sentence__c @optional {
                value
              }
              Amount__c @optional {
                value
              }
              MRR_Change__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Subject__c @optional {
                value
              }
              Order_Number__c @optional {
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
