using System;
using System.Threading;

namespace Akka.TestKit;

/// <summary>Opens once it has been counted down; waiting for it blocks the thread.</summary>
public class TestLatch
{
    [Obsolete("This field will be removed. TestKitSettings.DefaultTimeout is an alternative.")]
    public static readonly TimeSpan DefaultTimeout = FiveSeconds;

    private readonly CountdownEvent _latch;
    private readonly Func<TimeSpan, TimeSpan> _dilate;
    private readonly TimeSpan _defaultTimeout;

    public TestLatch()
        : this(1)
    {
    }

    public TestLatch(int count)
        : this(count, FiveSeconds)
    {
    }

    public TestLatch(int count, TimeSpan defaultTimeout)
        : this(static timeout => timeout, defaultTimeout, count)
    {
    }

    protected TestLatch(Func<TimeSpan, TimeSpan> dilate, TimeSpan defaultTimeout, int count)
    {
        _latch = new CountdownEvent(count);
        _dilate = dilate;
        _defaultTimeout = defaultTimeout;
    }

    internal TestLatch(Func<TimeSpan, TimeSpan> dilate, int count, TimeSpan defaultTimeout)
        : this(dilate, defaultTimeout, count)
    {
    }

    public bool IsOpen => _latch.IsSet;

    private static TimeSpan FiveSeconds => TimeSpan.FromSeconds(5);

    public void CountDown() => _latch.Signal();

    public void Open()
    {
        while (!IsOpen)
        {
            CountDown();
        }
    }

    public void Reset() => _latch.Reset();

    public void Ready() => Ready(_defaultTimeout);

    /// <exception cref="TimeoutException">The latch stayed closed for the (dilated) time.</exception>
    public void Ready(TimeSpan timeout)
    {
        if (timeout == TimeSpan.MaxValue)
        {
            throw new ArgumentException($"TestLatch does not support waiting for {timeout}");
        }

        var dilated = _dilate is null ? timeout : _dilate(timeout);
        if (!_latch.Wait(dilated))
        {
            throw new TimeoutException($"Timeout of {dilated}");
        }
    }
}
