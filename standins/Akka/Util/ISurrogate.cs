using Akka.Actor;

namespace Akka.Util;

/// <summary>What stands for an object on the wire.</summary>
public interface ISurrogate
{
    ISurrogated FromSurrogate(ActorSystem system);
}

/// <summary>An object that is replaced by a surrogate on the wire.</summary>
public interface ISurrogated
{
    ISurrogate ToSurrogate(ActorSystem system);
}
