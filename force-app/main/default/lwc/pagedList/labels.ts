import range from '@salesforce/label/c.Billing_Page';
import rangeOf from '@salesforce/label/c.Billing_Page_Of';

export { range, rangeOf };
