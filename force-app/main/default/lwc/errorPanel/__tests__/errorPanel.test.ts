import ErrorPanel from 'c/errorPanel';
import { clearPage, findAll, mount, textAt } from '../../../../../../test/lwc/answers';

describe('c-error-panel', () => {
  afterEach(clearPage);

  it('says what happened, what to do and the details, as text', () => {
    const element = mount<HTMLElement>('c-error-panel', ErrorPanel, { errors: [{ message: '<script>x</script>' }] });
    expect(textAt(element, '[role=alert]')).toBe(
      'This part of billing could not be loaded. Try again; if it happens again, tell your Salesforce admin. Details: <script>x</script> Try again',
    );
    expect(findAll(element, 'script')).toHaveLength(0);
  });

  it('fires retry', () => {
    const element = mount<HTMLElement>('c-error-panel', ErrorPanel, { errors: [] });
    const retried = jest.fn();
    element.addEventListener('retry', retried);
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    expect(retried).toHaveBeenCalledTimes(1);
  });
});
