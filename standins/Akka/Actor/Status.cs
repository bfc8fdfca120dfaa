using System;
using System.Collections.Generic;

namespace Akka.Actor;

/// <summary>How something ended.</summary>
public abstract class Status
{
    public sealed class Success(object status) : Status
    {
        public static readonly Success Instance = new(null);

        public readonly object Status = status;

        public override string ToString() => Status is null ? "Success" : $"Success: {Status}";
    }

    public sealed class Failure(Exception cause, object state) : Status
    {
        public readonly Exception Cause = cause;
        public readonly object State = state;

        public Failure(Exception cause)
            : this(cause, null)
        {
        }

        public override string ToString() => State is null ? $"Failure: {Cause}" : $"Failure[{State}]: {Cause}";
    }
}

[Obsolete("Use Akka.Actor.Status.Failure")]
public class Failure
{
    public Exception Exception { get; set; }

    public DateTime Timestamp { get; set; }
}

[Obsolete("Use List of Akka.Actor.Status.Failure")]
public class Failures
{
    public List<Failure> Entries { get; private set; } = [];
}
