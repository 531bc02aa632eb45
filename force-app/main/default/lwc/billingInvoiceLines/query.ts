import { gql } from 'lightning/graphql';

/** Lines and memos of one invoice, found by its id, which everybody who sees it may read. */
export const QUERY = gql`
  query BillingInvoiceLines($invoiceId: ID) {
    uiapi {
      query {
        Billing_Invoice__c(first: 1, where: { Id: { eq: $invoiceId } }) @optional {
          edges {
            node {
              Id
              Billing_Invoice_Items__r(first: 200) @optional {
                edges {
                  node {
                    Id
                    Description__c @optional {
                      value
                    }
                    Kind__c @optional {
                      value
                    }
                    Quantity__c @optional {
                      value
                    }
                    Unit_Price__c @optional {
                      value
                    }
                    Amount__c @optional {
                      value
                    }
                    Discount__c @optional {
                      value
                    }
                    Tax__c @optional {
                      value
                    }
                    Period_Start__c @optional {
                      value
                    }
                    Period_End__c @optional {
                      value
                    }
                    Subscription_Number__c @optional {
                      value
                    }
                    Currency_Code__c @optional {
                      value
                    }
                    Status__c @optional {
                      value
                    }
                  }
                }
              }
              Billing_Credit_Memos__r(first: 50) @optional {
                edges {
                  node {
                    Id
                    Number__c @optional {
                      value
                    }
                    Kind__c @optional {
                      value
                    }
                    Amount__c @optional {
                      value
                    }
                    Reason__c @optional {
                      value
                    }
                    Comment__c @optional {
                      value
                    }
                    Memo_Date__c @optional {
                      value
                    }
                    Status__c @optional {
                      value
                    }
                    Currency_Code__c @optional {
                      value
                    }
                    Source__c @optional {
                      value
                    }
                    Source_Url__c @optional {
                      value
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
`;
