using System;
using System.Runtime.Serialization;
using Akka.Actor;

namespace Akka.Pattern;

/// <summary>A call that the object's present state does not allow.</summary>
public class IllegalStateException : AkkaException
{
    public IllegalStateException(string message)
        : base(message)
    {
    }

    public IllegalStateException(string message, Exception innerEx)
        : base(message, innerEx)
    {
    }

#pragma warning disable SYSLIB0051 // The real type is serializable in the old way too.
    protected IllegalStateException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
#pragma warning restore SYSLIB0051
}
