import { gql } from 'lightning/graphql';

/**
 * Filters and sorts only by what everybody who sees a row may read: Salesforce refuses a query whose filter names a
 * field that the user may not read, and `@optional` does not help there. Removed rows are left out afterwards.
 */
export const QUERY = gql`
  query BillingPayments($recordId: ID) {
    uiapi {
      query {
        Billing_Payment__c(
          first: 200
          where: { Account__c: { eq: $recordId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
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
          }
        }
        Billing_Connection__c(first: 20) @optional {
          edges {
            node {
              Id
              Source__c @optional {
                value
              }
              State__c @optional {
                value
              }
              Checked_Through__c @optional {
                value
              }
              Message__c @optional {
                value
              }
            }
          }
        }
      }
    }
  }
`;
