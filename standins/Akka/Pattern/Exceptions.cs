using System;
using Akka.Actor;

namespace Akka.Pattern;

public class IllegalStateException : AkkaException
{
    public IllegalStateException(string message) : base(message)
    {
    }

    public IllegalStateException(string message, Exception innerEx) : base(message, innerEx)
    {
    }
}

public class UserCalledFailException : AkkaException
{
    public UserCalledFailException() : base("User code caused [{0}] to fail.")
    {
    }
}
