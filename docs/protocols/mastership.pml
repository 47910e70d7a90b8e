/*
 * Mastership as a model for spin (https://spinroot.com): three candidates, the rows of fence and
 * lease, their locks, and everything that may go wrong between two statements. A second opinion
 * on packages/server/src/domain/mastership, written from docs/protocols/mastership.md and not
 * from that code. `npm run model` checks every interleaving, and that each mutation below is
 * caught.
 *
 * A node that is frozen is one that is not scheduled: spin lets any process stand still for as long
 * as it likes. A crash forgets what the node knew. The database may end a transaction at any time
 * (idle-in-transaction timeout, lost connection), and a commit may land without its reply.
 *
 * What must hold:
 *   stale    a fenced write commits only under the fence as it is at that moment (P2)
 *   order    epochs in the history never go down within an incarnation
 *   early    a claim that gives expiry as its reason finds the lease expired, under its lock
 *   alone    while nobody takes a wrong proof of death, at most one node holds itself for active
 *
 * Mutations (-DNAME), each of which must break one of them:
 *   NO_FENCE           writes without looking at the fence
 *   UNLOCKED_FENCE     looks at the fence without keeping its row locked until the commit
 *   NO_CLAIM_ID        tells masterships apart by their epoch alone (with DATABASE_GOES_BACK)
 *   JOINED_CLAIM       reads the lease before it waits for the lock of the fence
 *   RENEWED_FROM_REPLY counts validity from the reply instead of from before the request
 *
 * DATABASE_GOES_BACK lets the database lose its tail once. WRONG_PROOFS lets nodes take any
 * silence for a death; `alone` is then not promised, and everything else is.
 */

#ifndef CANDIDATES
#define CANDIDATES 3
#endif
#define PLACES 3 /* for candidates */
#define NOBODY 255

#ifndef CLAIMS
#define CLAIMS 3 /* of a whole run */
#endif
#ifndef TTL
#define TTL 2
#endif

/* Rows as they are committed. Time is counted down: `leaseLeft` is what is left of the lease. */
byte fenceEpoch, fenceClaim, fenceNode = NOBODY;
byte leaseEpoch, leaseClaim, leaseLeft;
byte lastEpoch; /* newest row of the history */

/* Row locks, and whose transaction the database has ended without its knowing. */
byte fenceLock = NOBODY, leaseLock = NOBODY;
bool isEnded[PLACES];

byte claims; /* so far; a claim id is its number, so that none is given twice */

/* What the nodes believe. */
bool isActive[PLACES];
byte validLeft[PLACES]; /* of the validity they count for themselves */
byte sinceSent[PLACES] = TTL; /* since their last request went out, at most TTL */
bool isLooking[PLACES];
bool isChanged[PLACES]; /* whether the lease was renewed since they looked */
bool isUp[PLACES] = true;

#define HOLDS_ITSELF_FOR_ACTIVE(i) (isActive[i] && validLeft[i] > 0)

#ifdef DATABASE_GOES_BACK
byte oldEpoch, oldClaim, oldNode = NOBODY, oldLast;
bool isCopied, isBack;
#endif

#ifdef NO_CLAIM_ID
#define NAMES(rowEpoch, rowClaim, anEpoch, aClaim) (rowEpoch == anEpoch)
#else
#define NAMES(rowEpoch, rowClaim, anEpoch, aClaim) (rowEpoch == anEpoch && rowClaim == aClaim)
#endif

inline unlock(who)
{
  if
  :: fenceLock == who -> fenceLock = NOBODY
  :: else
  fi;
  if
  :: leaseLock == who -> leaseLock = NOBODY
  :: else
  fi
}

inline appendHistory(ofEpoch)
{
  assert(ofEpoch >= lastEpoch); /* order */
  lastEpoch = ofEpoch
}

inline setLease(ofEpoch, ofClaim)
{
  leaseEpoch = ofEpoch;
  leaseClaim = ofClaim;
  leaseLeft = TTL;
  isChanged[0] = isLooking[0];
  isChanged[1] = isLooking[1];
  isChanged[2] = isLooking[2]
}

inline becomeActive()
{
  isActive[me] = true;
#ifdef RENEWED_FROM_REPLY
  validLeft[me] = TTL
#else
  validLeft[me] = TTL - sinceSent[me]
#endif
}

inline standBy()
{
  isActive[me] = false;
  validLeft[me] = 0;
  myEpoch = 0;
  myClaim = 0
}

/* Reads fence and lease, without a lock. */
inline look()
{
  d_step {
    seenEpoch = fenceEpoch;
    seenClaim = fenceClaim;
    isLooking[me] = true;
    isExpired = (leaseLeft == 0);
    mayClaim = isExpired || (fenceNode == me);
    if /* a true proof of death */
    :: fenceNode != NOBODY && !isUp[fenceNode] -> mayClaim = true
    :: else
    fi
  }
}

inline claim()
{
#ifdef JOINED_CLAIM
  isFree = (leaseLeft == 0);
#endif
  atomic { fenceLock == NOBODY -> fenceLock = me; isEnded[me] = false };
  if
  :: atomic { leaseLock == NOBODY && !isEnded[me] -> leaseLock = me; sinceSent[me] = 0 }
  :: isEnded[me] -> skip
  fi;
#ifndef JOINED_CLAIM
  isFree = (leaseLeft == 0);
#endif
  d_step {
    if
    :: !isEnded[me] && fenceEpoch == seenEpoch && fenceClaim == seenClaim &&
       (isExpired -> isFree : !isChanged[me]) ->
       assert(!isExpired || leaseLeft == 0); /* early */
       claims++;
       myEpoch = fenceEpoch + 1;
       myClaim = claims;
       fenceEpoch = myEpoch;
       fenceClaim = myClaim;
       fenceNode = me;
       setLease(myEpoch, myClaim);
       appendHistory(myEpoch);
       isDone = true
    :: else
    fi;
    unlock(me)
  };
  if
  :: d_step { isDone -> becomeActive() }
  :: d_step { isDone -> standBy() } /* it landed, and the reply was lost: the node never knows */
  :: !isDone -> skip
  fi
}

/* The lease is another row: a renewal never waits for a fenced write. */
inline renew()
{
  sinceSent[me] = 0;
  d_step {
    if
    :: leaseLock == NOBODY && NAMES(leaseEpoch, leaseClaim, myEpoch, myClaim) ->
       setLease(leaseEpoch, leaseClaim);
       isDone = true
    :: else
    fi;
    isBusy = (leaseLock != NOBODY)
  };
  if
  :: d_step { isDone -> becomeActive() }
  :: isDone || isBusy -> skip /* the reply was lost, or it ran into its time limit */
  :: d_step { !isDone && !isBusy -> standBy() } /* another mastership holds it */
  fi
}

/* One fenced transaction: lock the fence row, work, commit. */
inline write()
{
#if defined(NO_FENCE)
  isEnded[me] = false;
#elif defined(UNLOCKED_FENCE)
  d_step {
    isEnded[me] = false;
    isFenced = !NAMES(fenceEpoch, fenceClaim, myEpoch, myClaim)
  };
#else
  atomic {
    fenceLock == NOBODY -> isEnded[me] = false;
    isFenced = !NAMES(fenceEpoch, fenceClaim, myEpoch, myClaim);
    if
    :: !isFenced -> fenceLock = me
    :: else
    fi
  };
#endif
  /* Here it may be frozen, and its transaction ended, for as long as it likes. */
  d_step {
    if
    :: isFenced -> standBy()
    :: !isFenced && !isEnded[me] ->
       assert(fenceEpoch == myEpoch && fenceClaim == myClaim); /* stale */
       appendHistory(myEpoch);
       unlock(me)
    :: else
    fi
  }
}

/* What an act leaves behind means nothing to the next: fewer states to visit. */
inline forget()
{
  d_step {
    seenEpoch = 0;
    seenClaim = 0;
    isExpired = false;
    mayClaim = false;
    isFree = false;
    isDone = false;
    isBusy = false;
    isFenced = false;
    isLooking[me] = false;
    isChanged[me] = false;
    isEnded[me] = false;
    sinceSent[me] = TTL
  }
}

/* A crash; its transaction is gone with it. The next process knows nothing of this one. */
inline crash()
{
  d_step {
    isUp[me] = false;
    standBy()
  };
  isUp[me] = true
}

proctype Node(byte me)
{
  byte seenEpoch, seenClaim, myEpoch, myClaim;
  bool isExpired, mayClaim, isFree, isDone, isBusy, isFenced;

end:
  do
  :: !isActive[me] && claims < CLAIMS ->
     look();
#ifdef WRONG_PROOFS
     if
     :: mayClaim = true /* silence, or a REJECT that looks like a death */
     :: skip
     fi;
#endif
     if
     :: mayClaim && claims < CLAIMS -> claim()
     :: else
     fi;
     forget()
  :: isActive[me] ->
     renew();
     forget()
  :: isActive[me] && validLeft[me] > 0 ->
     write();
     forget()
  :: isUp[me] && (isActive[me] || fenceNode == me) ->
     crash()
  od
}

inline count(left)
{
  if
  :: left > 0 -> left--
  :: else
  fi
}

inline countUp(since)
{
  if
  :: since < TTL -> since++
  :: else
  fi
}

/* Time goes on, and the database ends transactions whose clients are silent. */
active proctype World()
{
end:
  do
  :: d_step {
       leaseLeft + validLeft[0] + validLeft[1] + validLeft[2] > 0 ->
       count(leaseLeft);
       count(validLeft[0]);
       count(validLeft[1]);
       count(validLeft[2]);
       countUp(sinceSent[0]);
       countUp(sinceSent[1]);
       countUp(sinceSent[2])
     }
  :: d_step {
       fenceLock != NOBODY ->
       isEnded[fenceLock] = true;
       if
       :: leaseLock == fenceLock -> leaseLock = NOBODY
       :: else
       fi;
       fenceLock = NOBODY
     }
#ifdef DATABASE_GOES_BACK
  :: d_step {
       !isCopied ->
       isCopied = true;
       oldEpoch = fenceEpoch;
       oldClaim = fenceClaim;
       oldNode = fenceNode;
       oldLast = lastEpoch
     }
  :: d_step {
       isCopied && !isBack ->
       isBack = true;
       isEnded[0] = true;
       isEnded[1] = true;
       isEnded[2] = true;
       fenceLock = NOBODY;
       leaseLock = NOBODY;
       fenceEpoch = oldEpoch;
       fenceClaim = oldClaim;
       fenceNode = oldNode;
       leaseEpoch = oldEpoch;
       leaseClaim = oldClaim;
       leaseLeft = 0;
       lastEpoch = oldLast
     }
#endif
  od
}

#if !defined(WRONG_PROOFS) && !defined(DATABASE_GOES_BACK)
active proctype Alone()
{
end:
  d_step {
    (HOLDS_ITSELF_FOR_ACTIVE(0) + HOLDS_ITSELF_FOR_ACTIVE(1) + HOLDS_ITSELF_FOR_ACTIVE(2) > 1) ->
    assert(false) /* alone */
  }
}
#endif

init
{
  atomic {
    run Node(0);
    run Node(1);
#if CANDIDATES > 2
    run Node(2)
#endif
  }
}
