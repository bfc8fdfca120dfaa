namespace Akka.Actor;

/// <summary>Something that takes messages.</summary>
public interface ICanTell
{
    void Tell(object message, IActorRef sender);
}

/// <summary>Not serialized when <c>serialize-messages</c> checks messages.</summary>
public interface INoSerializationVerificationNeeded
{
}

/// <summary>Not to be taken from other systems without trust.</summary>
public interface IPossiblyHarmful
{
}

/// <summary>Does not count as a message for the receive timeout.</summary>
public interface INotInfluenceReceiveTimeout
{
}

/// <summary>A message around another.</summary>
public interface IWrappedMessage
{
    object Message { get; }
}

/// <summary>Takes messages out of their wrappings.</summary>
public static class WrappedMessage
{
    public static object Unwrap(object message)
    {
        while (message is IWrappedMessage wrapped)
        {
            message = wrapped.Message;
        }

        return message;
    }
}

/// <summary>Handles a message, or says that it did not.</summary>
public delegate bool Receive(object message);

/// <summary>Handles a message.</summary>
public delegate void UntypedReceive(object message);

/// <summary>Logs each message it receives, when <c>akka.actor.debug.receive</c> is on.</summary>
public interface ILogReceive
{
}

/// <summary>The inside of an actor.</summary>
public interface IInternalActor
{
    IActorContext ActorContext { get; }
}
