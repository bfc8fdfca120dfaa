namespace ActorBrowser.Interop;

/// <summary>A descriptor that becomes readable at regular intervals while the timer runs. Linux.</summary>
internal sealed unsafe class TickTimer
{
    private const int Monotonic = 1;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    private readonly TimeSpan _interval;
    private bool _runs;

    internal TickTimer(TimeSpan interval)
    {
        _interval = interval;
        var descriptor = LibC.MakeTimer(Monotonic, CloseOnExec | NonBlocking);
        if (descriptor < 0)
            throw SystemCallException.FromLastError("timerfd_create");
        Descriptor = new SafeDescriptor(descriptor);
    }

    internal SafeDescriptor Descriptor { get; }

    /// <summary>Starts or stops the timer.</summary>
    internal void Run(bool runs)
    {
        if (runs == _runs)
            return;
        _runs = runs;
        var (seconds, nanoseconds) = runs ? Math.DivRem(_interval.Ticks, TimeSpan.TicksPerSecond) : (0, 0);
        // Interval, then the time to the first tick: seconds and nanoseconds each.
        var times = stackalloc long[4] { seconds, nanoseconds * 100, seconds, nanoseconds * 100 };
        if (LibC.SetTimer(Descriptor.Value, 0, times, null) != 0)
            throw SystemCallException.FromLastError("timerfd_settime");
    }

    /// <summary>Takes the ticks that have happened.</summary>
    internal void Clear()
    {
        ulong ticks;
        _ = LibC.Read(Descriptor.Value, &ticks, sizeof(ulong));
    }
}
