using System;
using System.Runtime.Serialization;

namespace Akka.Actor;

/// <summary>The base of every exception Akka itself defines.</summary>
public abstract class AkkaException : Exception
{
    protected AkkaException()
    {
    }

    protected AkkaException(string message, Exception cause = null)
        : base(message, cause)
    {
    }

#pragma warning disable SYSLIB0051 // The real type is serializable in the old way too.
    protected AkkaException(SerializationInfo info, StreamingContext context)
        : base(info, context)
    {
    }
#pragma warning restore SYSLIB0051

    protected Exception Cause => InnerException;
}
