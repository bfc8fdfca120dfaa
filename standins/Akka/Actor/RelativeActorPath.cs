using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Configuration;

namespace Akka.Actor;

/// <summary>Takes a path without an address apart.</summary>
public static class RelativeActorPath
{
    public static IEnumerable<string> Unapply(string addr) => Uri.TryCreate(addr, UriKind.Relative, out _)
        ? addr.Split('/').SkipWhile(string.IsNullOrEmpty)
        : null;
}
