import { gql } from 'lightning/graphql';

/**
 * Filters and sorts only by what everybody who sees a row may read: Salesforce refuses a query whose filter names a
 * field that the user may not read, and `@optional` does not help there. Removed rows are left out afterwards.
 */
export const QUERY = gql`
  query BillingUsage($recordId: ID) {
    uiapi {
      query {
        Usage__c(first: 200, where: { Account__c: { eq: $recordId } }, orderBy: { LastModifiedDate: { order: DESC } })
          @optional {
          edges {
            node {
              Id
              Meter__c @optional {
                value
              }
              Unit__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Quantity__c @optional {
                value
              }
              Left_Out__c @optional {
                value
              }
              Limit__c @optional {
                value
              }
              Percent_Used__c @optional {
                value
              }
              Trend__c @optional {
                value
              }
              Limit_Reached_On__c @optional {
                value
              }
              Period_Start__c @optional {
                value
              }
              Period_End__c @optional {
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
      }
    }
  }
`;
