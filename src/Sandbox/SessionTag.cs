using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Marks every process of a command session, whatever becomes of it: a number kept in the soft limit of real-time
/// processor time, which fork and exec pass on, set-uid programs keep, everybody may read, and nothing here is bound by
/// (the smallest mark allows 73,000 years). setsid and double forks do not shake it off, as they do group and session.
/// A program that changes its own limit can; cgroups and PID namespaces could not be shaken off, but need privileges.
/// </summary>
internal readonly struct SessionTag : IEquatable<SessionTag>
{
    private const int SessionBits = 28;
    private const ulong Flag = 1UL << 61;
    private const ulong RunnerMask = ~((1UL << SessionBits) - 1);

    private SessionTag(ulong value) => Value = value;

    /// <summary>As the limit holds it.</summary>
    public ulong Value { get; }

    internal ulong Session => Value & ~RunnerMask;

    /// <summary>A mark for all sessions of one runner, unlike every other runner's.</summary>
    public static SessionTag NewRunner() => new(Flag | ((ulong)Random.Shared.NextInt64(1L << 31) << SessionBits));

    /// <summary>The mark of a number that came over the wire.</summary>
    /// <param name="value">Any number.</param>
    public static SessionTag FromValue(long value) => new((ulong)value | Flag);

    /// <summary>A number for the wire.</summary>
    public long ToValue() => (long)Value;

    /// <summary>The mark of one session.</summary>
    /// <param name="session">Its number; those 2^28 apart would share a mark.</param>
    public SessionTag Of(ulong session) => new((Value & RunnerMask) | (session & ~RunnerMask));

    /// <summary>Whether this is the mark of one of a runner's sessions, given the runner's.</summary>
    /// <param name="runner">The runner's mark.</param>
    public bool IsOf(SessionTag runner) => (Value & RunnerMask) == (runner.Value & RunnerMask);

    /// <summary>What is started from now on carries this mark. Linux.</summary>
    public void Apply()
    {
        var errno = ProcessLimits.Set(0, ProcessLimit.RealTimeTime, Value, ProcessLimits.Unlimited);
        if (errno != 0)
            throw new SystemCallException("prlimit(RLIMIT_RTTIME)", errno);
    }

    /// <summary>Whether this process is a command of a runner's, or was started by one: it runs inside a sandbox, and can make none.</summary>
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
