namespace Akka.Actor.Scheduler;

/// <summary>A message that a scheduler sends.</summary>
public interface IScheduledTellMsg : IWrappedMessage, INoSerializationVerificationNeeded
{
}

internal sealed class ScheduledTellMsg(object message) : IScheduledTellMsg
{
    public object Message { get; } = message;
}

internal sealed class ScheduledTellMsgNoInfluenceReceiveTimeout(object message) : IScheduledTellMsg, INotInfluenceReceiveTimeout
{
    public object Message { get; } = message;
}
