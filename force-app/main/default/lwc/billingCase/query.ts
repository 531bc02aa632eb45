import { gql } from 'lightning/graphql';

/**
 * What billing holds for the Account of a Case. Filters and sorts only by what everybody who sees a row may read: an
 * invoice is named as its number is, so the ones that the Case mentions are asked for by name, however old they are.
 */
export const QUERY = gql`
  query BillingCase($accountId: ID, $words: [String]) {
    uiapi {
      query {
        named: Billing_Invoice__c(first: 50, where: { Account__c: { eq: $accountId }, Name: { in: $words } })
          @optional {
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
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
              Pdf_Url__c @optional {
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
              Billing_Subscription__r @optional {
                Id
              }
              Billing_Invoice_Items__r(first: 200) @optional {
                edges {
                  node {
                    Id
                    Status__c @optional {
                      value
                    }
                    Description__c @optional {
                      value
                    }
                    Kind__c @optional {
                      value
                    }
                    Quantity__c @optional {
                      value
                    }
                    Amount__c @optional {
                      value
                    }
                    Tax__c @optional {
                      value
                    }
                    Currency_Code__c @optional {
                      value
                    }
                    Period_Start__c @optional {
                      value
                    }
                    Period_End__c @optional {
                      value
                    }
                  }
                }
              }
            }
          }
        }
        Billing_Invoice__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
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
              Source__c @optional {
                value
              }
              Source_Url__c @optional {
                value
              }
              Pdf_Url__c @optional {
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
              Billing_Subscription__r @optional {
                Id
              }
            }
          }
          pageInfo {
            hasNextPage
          }
        }
        Billing_Invoice_Item__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Description__c @optional {
                value
              }
              Kind__c @optional {
                value
              }
              Quantity__c @optional {
                value
              }
              Amount__c @optional {
                value
              }
              Tax__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Period_Start__c @optional {
                value
              }
              Period_End__c @optional {
                value
              }
              Billing_Invoice__r @optional {
                Id
              }
            }
          }
        }
        Billing_Account__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Name @optional {
                value
              }
              Number__c @optional {
                value
              }
              Status__c @optional {
                value
              }
              Balance__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Auto_Pay__c @optional {
                value
              }
              Bill_To_Email__c @optional {
                value
              }
              Bill_To_Name__c @optional {
                value
              }
              Payment_Method__c @optional {
                value
              }
              Card_Brand__c @optional {
                value
              }
              Card_Last4__c @optional {
                value
              }
              Card_Expiry__c @optional {
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
            }
          }
        }
        Billing_Subscription__c(
          first: 200
          where: { Account__c: { eq: $accountId } }
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
              Plan__c @optional {
                value
              }
              MRR__c @optional {
                value
              }
              Currency_Code__c @optional {
                value
              }
              Term_Type__c @optional {
                value
              }
              Term_End_Date__c @optional {
                value
              }
              Next_Renewal_Date__c @optional {
                value
              }
              Auto_Renew__c @optional {
                value
              }
              Cancel_On__c @optional {
                value
              }
              Pending_Change__c @optional {
                value
              }
              Last_Change__c @optional {
                value
              }
              Last_Change_On__c @optional {
                value
              }
              Billing_Interval__c @optional {
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
        }
        Dunning_Case__c(
          first: 100
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Stage__c @optional {
                value
              }
              Decline_Reason__c @optional {
                value
              }
              Next_Step__c @optional {
                value
              }
              Next_Step_At__c @optional {
                value
              }
              Billing_Invoice__r @optional {
                Id
              }
            }
          }
        }
        Usage__c(first: 100, where: { Account__c: { eq: $accountId } }, orderBy: { LastModifiedDate: { order: DESC } })
          @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Meter__c @optional {
                value
              }
              Quantity__c @optional {
                value
              }
              Limit__c @optional {
                value
              }
              Percent_Used__c @optional {
                value
              }
              Unit__c @optional {
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
        }
        Billing_Health__c(
          first: 50
          where: { Account__c: { eq: $accountId } }
          orderBy: { LastModifiedDate: { order: DESC } }
        ) @optional {
          edges {
            node {
              Id
              Status__c @optional {
                value
              }
              Score__c @optional {
                value
              }
              Tier__c @optional {
                value
              }
              Summary__c @optional {
                value
              }
            }
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
