using System;
using System.Runtime.Serialization;

namespace Akka.Actor;

#pragma warning disable SYSLIB0051 // The real types are serializable in the old way too.

/// <summary>An actor could not be made.</summary>
public class ActorInitializationException : AkkaException
{
    public ActorInitializationException()
    {
    }

    public ActorInitializationException(string message)
        : base(message)
    {
    }

    public ActorInitializationException(string message, Exception cause)
        : base(message, cause)
    {
    }

    public ActorInitializationException(IActorRef actor, string message, Exception cause = null)
        : base(message, cause) => Actor = actor;

    protected ActorInitializationException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    public IActorRef Actor { get; set; }

    public override string ToString() => Actor is null ? base.ToString() : $"{Actor}: {base.ToString()}";
}

/// <summary>An actor threw while it was told that it will be restarted.</summary>
public class PreRestartException : ActorInitializationException
{
    public PreRestartException(IActorRef actor, Exception restartException, Exception cause, object optionalMessage)
        : base(actor, $"Exception pre restart ({restartException?.GetType().ToString() ?? "null"})", cause)
    {
        RestartException = restartException;
        OptionalMessage = optionalMessage;
    }

    protected PreRestartException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    public Exception RestartException { get; }

    public object OptionalMessage { get; }
}

/// <summary>An actor could not be made again.</summary>
public class PostRestartException : ActorInitializationException
{
    public PostRestartException(IActorRef actor, Exception cause, Exception originalCause)
        : base(actor, $"Exception post restart ({originalCause?.GetType().ToString() ?? "null"})", cause) => OriginalCause = originalCause;

    protected PostRestartException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }

    public Exception OriginalCause { get; }
}
