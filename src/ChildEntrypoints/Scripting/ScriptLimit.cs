using ActorBrowser.Transport;
using Jint;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>A script is stopped: no script can catch this.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">One sentence.</param>
internal sealed class ScriptStoppedException(ScriptFailure kind, string message) : Exception(message)
{
    /// <summary>Why.</summary>
    internal ScriptFailure Kind { get; } = kind;
}

/// <summary>
/// The time and memory of the scripts that run now. The engine asks between statements. Memory is what is alive, not what was allocated: a long
/// script may make more garbage than there is memory, so the heap is looked at each time that another few megabytes were allocated.
/// </summary>
internal sealed class ScriptLimit : Constraint
{
    private const long LookEvery = 8 << 20;

    private long _end = long.MaxValue;
    private int _milliseconds;
    private long _most = long.MaxValue;
    private long _before;
    private long _allocated;

    /// <inheritdoc/>
    public override bool IsAmortizable => true;

    /// <summary>The time that is left; 0 if it is over.</summary>
    internal int Left => _end == long.MaxValue ? int.MaxValue : (int)Math.Clamp(_end - Environment.TickCount64, 0, int.MaxValue);

    /// <summary>Sets the limits of what runs from now on.</summary>
    /// <param name="milliseconds">How long, from now.</param>
    /// <param name="bytes">How much memory, beyond what is in use now.</param>
    internal void Begin(int milliseconds, long bytes)
    {
        _milliseconds = milliseconds;
        _end = Environment.TickCount64 + milliseconds;
        _most = bytes;
        _before = GC.GetTotalMemory(forceFullCollection: false);
        _allocated = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <inheritdoc/>
    public override void Check()
    {
        if (Environment.TickCount64 >= _end)
            throw new ScriptStoppedException(ScriptFailure.TimedOut, $"The script took longer than {_milliseconds} ms.");
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _allocated < LookEvery)
            return;
        _allocated = allocated;
        if (GC.GetTotalMemory(forceFullCollection: false) - _before <= _most)
            return;
        GC.Collect();
        if (GC.GetTotalMemory(forceFullCollection: false) - _before > _most)
            throw new ScriptStoppedException(ScriptFailure.OutOfMemory, $"The script uses more than {_most >> 20} MiB of memory.");
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        // The engine's own calls do not begin a new time.
    }
}
