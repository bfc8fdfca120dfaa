using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Tags every process of a command session with a number kept in the soft limit of real-time processor time. fork and exec pass the
/// limit on, set-uid programs keep it, every user may read it, and it restricts nothing (the smallest tag allows 73,000 years).
/// setsid and double forks leave the process group and session, but not the tag. A program can change its own limit; cgroups and pid
/// namespaces cannot be left, but need privileges.
/// </summary>
internal readonly struct SessionTag : IEquatable<SessionTag>
{
    private const int SessionBits = 28;
    private const ulong Flag = 1UL << 61;
    private const ulong RunnerMask = ~((1UL << SessionBits) - 1);

    private SessionTag(ulong value) => Value = value;

    /// <summary>The value of the limit.</summary>
    public ulong Value { get; }

    internal ulong Session => Value & ~RunnerMask;

    /// <summary>A new tag for all sessions of one runner, different from every other runner's.</summary>
    public static SessionTag NewRunner() => new(Flag | ((ulong)Random.Shared.NextInt64(1L << 31) << SessionBits));

    /// <summary>The tag from a number received over the wire.</summary>
    /// <param name="value">Any number.</param>
    public static SessionTag FromValue(long value) => new((ulong)value | Flag);

    /// <summary>The number for the wire.</summary>
    public long ToValue() => (long)Value;

    /// <summary>The tag of one session.</summary>
    /// <param name="session">The session's number; numbers 2^28 apart share a tag.</param>
    public SessionTag Of(ulong session) => new((Value & RunnerMask) | (session & ~RunnerMask));

    /// <summary>Whether this is the tag of one of a runner's sessions.</summary>
    /// <param name="runner">The runner's tag.</param>
    public bool IsOf(SessionTag runner) => (Value & RunnerMask) == (runner.Value & RunnerMask);

    /// <summary>Sets this tag for processes started from now on. Linux.</summary>
    public void Apply()
    {
        var errno = ProcessLimits.Set(0, ProcessLimit.RealTimeTime, Value, ProcessLimits.Unlimited);
        if (errno != 0)
            throw new SystemCallException("prlimit(RLIMIT_RTTIME)", errno);
    }

    /// <summary>Whether this process is a runner's command, or was started by one: it runs inside a sandbox and cannot create one.</summary>
    internal static bool IsOnThisProcess => OperatingSystem.IsLinux() && FromLimit(ProcessLimits.Get(ProcessLimit.RealTimeTime).Soft) is not null;

    internal static SessionTag? FromLimit(ulong limit) => limit != ProcessLimits.Unlimited && (limit & Flag) != 0 ? new SessionTag(limit) : null;

    /// <inheritdoc/>
    public bool Equals(SessionTag other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SessionTag other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Whether two are the same.</summary>
    public static bool operator ==(SessionTag left, SessionTag right) => left.Equals(right);

    /// <summary>Whether two differ.</summary>
    public static bool operator !=(SessionTag left, SessionTag right) => !left.Equals(right);
}
