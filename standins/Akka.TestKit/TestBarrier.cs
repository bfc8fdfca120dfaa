using System;
using System.Threading;

namespace Akka.TestKit;

/// <summary>Holds a number of threads until all of them have arrived.</summary>
public class TestBarrier
{
    [Obsolete("This field will be removed in future versions.")]
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private readonly TestKitBase _testKit;
    private readonly int _count;
    private readonly TimeSpan _defaultTimeout;
    private readonly Barrier _barrier;

    public TestBarrier(TestKitBase testKit, int count, TimeSpan? defaultTimeout = null)
    {
        _testKit = testKit;
        _count = count;
        _defaultTimeout = defaultTimeout ?? testKit.TestKitSettings.DefaultTimeout;
        _barrier = new Barrier(count);
    }

    public void Await() => Await(_defaultTimeout);

    public void Await(TimeSpan timeout) => _barrier.SignalAndWait(_testKit.Dilated(timeout));

    public void Reset()
    {
        _barrier.RemoveParticipants(_count);
        _barrier.AddParticipants(_count);
    }
}
