import ErrorPanel from 'c/errorPanel';
import { clearPage, findAll, mount, rendered, textAt } from '../../../../../../test/lwc/answers';

let mockIsOffline = false;
jest.mock('c/errorUtils', () => {
  if (mockIsOffline) throw new Error('Failed to fetch');
  return jest.requireActual('c/errorUtils');
});

async function show(errors: unknown): Promise<HTMLElement> {
  const element = mount<HTMLElement>('c-error-panel', ErrorPanel, { errors });
  await rendered();
  return element;
}

describe('c-error-panel', () => {
  afterEach(clearPage);

  it('says in the words of the platform what happened when it cannot load its own', async () => {
    mockIsOffline = true;
    const element = await show([{ message: 'INVALID_SESSION_ID' }, { message: 'no answer' }]);
    mockIsOffline = false;
    expect(textAt(element, '[role=alert]')).toBe(
      'This part of billing could not be loaded. Try again; if it happens again, tell your Salesforce admin. Details: INVALID_SESSION_ID; no answer Try again',
    );
  });

  it('says what happened, what to do and the details, as text', async () => {
    const element = await show([{ message: '<script>x</script>' }]);
    expect(textAt(element, '[role=alert]')).toBe(
      'This part of billing could not be loaded. Try again; if it happens again, tell your Salesforce admin. Details: <script>x</script> Try again',
    );
    expect(findAll(element, 'script')).toHaveLength(0);
  });

  it('fires retry', async () => {
    const element = await show([]);
    const retried = jest.fn();
    element.addEventListener('retry', retried);
    (findAll(element, 'button')[0] as HTMLButtonElement).click();
    expect(retried).toHaveBeenCalledTimes(1);
  });
});
