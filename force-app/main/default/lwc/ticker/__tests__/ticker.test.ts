import { every, watch, whenVisible } from 'c/ticker';

function turn(state: 'visible' | 'hidden'): void {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new CustomEvent('visibilitychange'));
}

describe('c/ticker', () => {
  it('runs each period until it is stopped', () => {
    jest.useFakeTimers();
    const run = jest.fn();
    const stop = every(60, run);
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(2);
    stop();
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(2);
    jest.useRealTimers();
  });

  it('runs when the page is seen again, not when it is hidden, until it is stopped', () => {
    const run = jest.fn();
    const stop = whenVisible(run);
    turn('hidden');
    expect(run).not.toHaveBeenCalled();
    turn('visible');
    expect(run).toHaveBeenCalledTimes(1);
    stop();
    turn('visible');
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('watches what is in motion each minute while the page is seen, and looks again when it is seen', () => {
    jest.useFakeTimers();
    const run = jest.fn();
    let moves = false;
    const stop = watch(run, () => moves);
    turn('visible');
    expect(run).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(1);
    moves = true;
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(3);
    turn('hidden');
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(3);
    turn('visible');
    moves = false;
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(4);
    moves = true;
    stop();
    turn('visible');
    jest.advanceTimersByTime(120_000);
    expect(run).toHaveBeenCalledTimes(4);
    jest.useRealTimers();
  });
});
