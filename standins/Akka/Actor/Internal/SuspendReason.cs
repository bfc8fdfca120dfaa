using System;

namespace Akka.Actor.Internal;

/// <summary>What a parent waits for its children to stop for.</summary>
public abstract class SuspendReason
{
    /// <summary>Other system messages are put off meanwhile.</summary>
    public interface IWaitingForChildren
    {
    }

    public class Creation : SuspendReason, IWaitingForChildren
    {
    }

    public class Recreation(Exception cause) : SuspendReason, IWaitingForChildren
    {
        public Exception Cause { get; } = cause;
    }

    public class Termination : SuspendReason
    {
        private Termination()
        {
        }

        public static Termination Instance { get; } = new();
    }

    public class UserRequest : SuspendReason
    {
        private UserRequest()
        {
        }

        public static UserRequest Instance { get; } = new();
    }
}
