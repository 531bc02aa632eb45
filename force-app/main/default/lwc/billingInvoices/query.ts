import { gql } from 'lightning/graphql';

/** A page of invoices. Filter and order are variables, so that a user who may not read their fields can be asked for the list without them. */
export const QUERY = gql`
  query BillingInvoices(
    $where: Billing_Invoice__c_Filter
    $orderBy: Billing_Invoice__c_OrderBy
    $first: Int
    $after: String
  ) {
    uiapi {
      query {
        Billing_Invoice__c(first: $first, after: $after, where: $where, orderBy: $orderBy) @optional {
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
              Invoice_Date__c @optional {
                value
              }
              Due_Date__c @optional {
                value
              }
              Days_Overdue__c @optional {
                value
              }
              Amount__c @optional {
                value
              }
              Balance__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Attempt_Count__c @optional {
                value
              }
              Next_Attempt__c @optional {
                value
              }
              Pdf_Url__c @optional {
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
